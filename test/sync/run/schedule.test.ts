import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Schedule } from '../../../src/sync/run/schedule.ts';
import { plannedImage } from '../support/images.ts';

const MIB = 2 ** 20;

const layers = (...digests: string[]) => digests.map((digest) => ({ kind: 'layer' as const, digest, sizeBytes: MIB }));

test('the biggest image goes first', () => {
  const small = plannedImage('a', 'docker://m.example/a:1', layers('1'));
  const big = plannedImage('b', 'docker://m.example/b:1', layers('2', '3'));
  const schedule = new Schedule([small, big], new Map());
  assert.equal(schedule.next(), big);
  assert.equal(schedule.next(), small);
  assert.equal(schedule.next(), undefined);
});

test('an image waits for a big layer that another one is uploading, and no longer than that', () => {
  const first = plannedImage('a', 'docker://m.example/a:1', layers('base', 'a1', 'a2'));
  const second = plannedImage('b', 'docker://m.example/b:1', layers('base', 'b'));
  const other = plannedImage('c', 'docker://m.example/c:1', layers('c'));
  const schedule = new Schedule([first, second, other], new Map());
  assert.equal(schedule.next(), first);
  assert.equal(schedule.next(), other);
  assert.equal(schedule.next(), undefined);
  schedule.layerFinished(first, 'base');
  assert.equal(schedule.next(), second);
});

test('layers are shared within a registry only, and small ones are not worth waiting for', () => {
  const tiny = [{ kind: 'layer' as const, digest: 'tiny', sizeBytes: 1000 }];
  const images = [
    plannedImage('a', 'docker://m.example/a:1', [...layers('base'), ...tiny]),
    plannedImage('b', 'docker://other.example/b:1', layers('base')),
    plannedImage('c', 'docker://m.example/c:1', tiny),
  ];
  const schedule = new Schedule(images, new Map());
  assert.equal([schedule.next(), schedule.next(), schedule.next()].filter(Boolean).length, 3);
});

test('when an upload fails the next image that needs the layer goes on', () => {
  const [first, second, third] = ['a', 'b', 'c'].map((name) =>
    plannedImage(name, `docker://m.example/${name}:1`, layers('base')),
  );
  assert.ok(first && second && third);
  const schedule = new Schedule([first, second, third], new Map());
  assert.equal(schedule.next(), first);
  schedule.finished(first, false);
  schedule.again(first);
  assert.equal(schedule.next(), first);
  schedule.finished(first, false);
  assert.equal(schedule.next(), second);
  assert.equal(schedule.next(), undefined);
  schedule.finished(second, true);
  assert.equal(schedule.next(), third);
});

test('a paused registry holds back its images alone', () => {
  const limited = plannedImage('a', 'docker://m.example/a:1', undefined, 'docker://slow.example/a:1');
  const free = plannedImage('b', 'docker://m.example/b:1');
  const schedule = new Schedule([limited, free], new Map());
  schedule.pause('slow.example');
  assert.equal(schedule.next(), free);
  assert.equal(schedule.next(), undefined);
  schedule.resume('slow.example');
  assert.equal(schedule.next(), limited);
});

test('an allowance of pulls ends with the last of it', () => {
  const images = ['a', 'b', 'c'].map((name) =>
    plannedImage(name, `docker://m.example/${name}:1`, undefined, `docker://hub.example/${name}:1`),
  );
  const schedule = new Schedule(images, new Map(), new Map([['hub.example', 2]]));
  assert.equal([schedule.next(), schedule.next(), schedule.next()].filter(Boolean).length, 2);
  assert.equal(schedule.drain().length, 1);
});

const arbitraryImage = fc.record({
  registry: fc.constantFrom('m.example', 'n.example'),
  path: fc.constantFrom(undefined, '/srv/a', '/srv/b'),
  layers: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4'), { maxLength: 3 }),
});

test('every image is started exactly once, within all limits, however they end', () => {
  fc.assert(
    fc.property(fc.array(arbitraryImage, { maxLength: 25 }), fc.infiniteStream(fc.nat()), (specs, picks) => {
      const images = specs.map(({ registry, path, layers: own }, number) =>
        plannedImage(
          `${number}`,
          path === undefined ? `docker://${registry}/x:${number}` : `oci:${path}:${number}`,
          layers(...own),
        ),
      );
      const schedule = new Schedule(images, new Map([['m.example', { parallel: 2 }]]));
      const running: (typeof images)[number][] = [];
      const started = new Set<string>();
      for (;;) {
        for (let image = schedule.next(); image !== undefined; image = schedule.next()) {
          assert.ok(!started.has(image.source), 'started twice');
          started.add(image.source);
          running.push(image);
        }
        assert.ok(running.filter(({ destination }) => destination.startsWith('docker://m.example/')).length <= 2);
        for (const path of ['/srv/a', '/srv/b']) {
          assert.ok(running.filter(({ destination }) => destination.startsWith(`oci:${path}:`)).length <= 1);
        }
        if (running.length === 0) break;
        const [ended] = running.splice((picks.next().value ?? 0) % running.length, 1);
        if (ended !== undefined) schedule.finished(ended, true);
      }
      assert.equal(started.size, images.length);
      assert.equal(schedule.size, 0);
    }),
  );
});

test('ten thousand images that all wait for one place are scheduled in no time', () => {
  const images = Array.from({ length: 10_000 }, (_, number) =>
    plannedImage(`${number}`, `docker://m.example/x:${number}`, layers('base', `${number}`)),
  );
  const schedule = new Schedule(images, new Map([['m.example', { parallel: 1 }]]));
  let count = 0;
  for (let image = schedule.next(); image !== undefined; image = schedule.next()) {
    schedule.finished(image, true);
    count++;
  }
  assert.equal(count, 10_000);
});
