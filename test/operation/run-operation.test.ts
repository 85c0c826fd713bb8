import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { systemClock } from '../../src/context.ts';
import { copyTask } from '../../src/operation/copy-task.ts';
import { runOperation } from '../../src/operation/run-operation.ts';
import { AccessFiles } from '../../src/registry/credentials/access-files.ts';
import { Redactor } from '../../src/secrets/redactor.ts';
import { loadNativePty } from '../../src/skopeo/process/pty-addon.ts';
import { Terminals } from '../../src/skopeo/process/terminals.ts';
import type { FinishedBlob, OperationEvent } from '../../src/tracking/events.ts';
import { createLayout, type MadeImage } from '../support/images.ts';
import { startRegistry } from '../support/registry.ts';
import { privateHome, SKOPEO } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';

const KIB = 1024;

/** Runs `copy ARGS` as the service does, on a terminal or on a pipe. */
const copy = async (args: readonly string[], home: string, onTerminal: boolean) => {
  const env = { PATH: process.env.PATH, ...privateHome(home) };
  const { signal } = new AbortController();
  const terminals = new Terminals(onTerminal ? loadNativePty(env) : undefined);
  const task = await copyTask(parseCommandLine(['copy', ...args], {}), {
    env: {},
    cwd: '/',
    hasTerminal: false,
    redactor: new Redactor(),
    signal,
  });
  const request = await task.request({
    binary: SKOPEO,
    launcher: [],
    env,
    cwd: home,
    clock: systemClock,
    terminals,
    accessFiles: new AccessFiles({ env: {}, uid: 0, cwd: '/' }, signal),
    runDirectory: home,
  });
  const events: OperationEvent[] = [];
  const outcome = await runOperation(request, {
    clock: systemClock,
    random: () => 0,
    terminals,
    observers: [],
    signal,
    onEvent: (event) => events.push(event),
    onErrorLine: () => undefined,
  });
  return { ...outcome, events };
};

const expected = (image: MadeImage, outcome: FinishedBlob['outcome']): FinishedBlob[] => [
  ...image.layers.map(({ digest, sizeBytes }): FinishedBlob => ({ kind: 'layer', digest, outcome, sizeBytes })),
  { kind: 'config', digest: image.config.digest, outcome, sizeBytes: image.config.sizeBytes },
];

const sorted = (blobs: readonly FinishedBlob[]): FinishedBlob[] =>
  blobs.toSorted((a, b) => (a.digest < b.digest ? -1 : Number(a.digest > b.digest)));

const bytesOf = (blobs: readonly FinishedBlob[]): number =>
  blobs.reduce((sum, { sizeBytes = 0 }) => sum + sizeBytes, 0);

for (const onTerminal of [true, false]) {
  describe(`copy with skopeo's stdout on a ${onTerminal ? 'terminal' : 'pipe'}`, () => {
    test('knows every blob, size and digest, and what is reused the second time', async () => {
      await using dir = await tempDir('operation');
      const layout = await createLayout(dir.join('layout'));
      const image = await layout.addImage('app', {
        layers: [700, 90, 3].map((size, index) => ({
          sizeBytes: size * KIB,
          content: 'random' as const,
          compression: 'gzip' as const,
          seed: `layer ${index}`,
        })),
      });
      await using registry = await startRegistry();
      const args = ['--dest-tls-verify=false', layout.reference('app'), registry.reference('team/app:1')];

      const first = await copy(args, dir.path, onTerminal);
      assert.equal(first.result.outcome, 'success', first.result.message);
      assert.equal(first.result.digest, image.manifest.digest);
      assert.deepEqual(sorted(first.result.blobs), sorted(expected(image, 'copied')));
      assert.equal(first.result.transferredBytes, bytesOf(expected(image, 'copied')));
      assert.equal(first.result.attempts, 1);

      const second = await copy(args, dir.path, onTerminal);
      const layers = second.result.blobs.filter(({ kind }) => kind === 'layer');
      assert.deepEqual(sorted(layers), sorted(expected(image, 'skipped').filter(({ kind }) => kind === 'layer')));
    });

    test('follows every instance of a multi-arch list', async () => {
      await using dir = await tempDir('operation');
      const layout = await createLayout(dir.join('layout'));
      const index = await layout.addIndex(
        'app',
        ['amd64', 'arm64'].map((architecture) => ({
          layers: [
            { sizeBytes: 50 * KIB, content: 'random' as const, compression: 'gzip' as const, seed: architecture },
          ],
          seed: architecture,
          platform: { os: 'linux', architecture },
        })),
      );
      const { result, events } = await copy(
        ['--all', layout.reference('app'), `dir:${dir.join('out')}`],
        dir.path,
        onTerminal,
      );
      assert.equal(result.outcome, 'success', result.message);
      assert.equal(result.digest, index.manifest.digest);
      assert.deepEqual(sorted(result.blobs), sorted(index.images.flatMap((image) => expected(image, 'copied'))));
      assert.equal(events.filter(({ type }) => type === 'instance-started').length, 2);
    });

    test('a failure names its class, and nothing that failed counts as copied', async () => {
      await using dir = await tempDir('operation');
      const layout = await createLayout(dir.join('layout'));
      const { result, failure } = await copy(
        [layout.reference('missing'), `dir:${dir.join('out')}`],
        dir.path,
        onTerminal,
      );
      assert.equal(result.outcome, 'error');
      assert.equal(result.errorType, 'not_found');
      assert.deepEqual(result.blobs, []);
      assert.match(failure?.message ?? '', /no descriptor found for reference "missing"/);
    });
  });
}

test('says so when skopeo cannot be started', async () => {
  await using dir = await tempDir('operation');
  const { signal } = new AbortController();
  const terminals = new Terminals(undefined);
  const task = await copyTask(parseCommandLine(['copy', 'dir:a', 'dir:b'], {}), {
    env: {},
    cwd: '/',
    hasTerminal: false,
    redactor: new Redactor(),
    signal,
  });
  const request = await task.request({
    binary: dir.join('no-skopeo'),
    launcher: [],
    env: {},
    cwd: dir.path,
    clock: systemClock,
    terminals,
    accessFiles: new AccessFiles({ env: {}, uid: 0, cwd: '/' }, signal),
    runDirectory: undefined,
  });
  const { result } = await runOperation(request, {
    clock: systemClock,
    random: () => 0,
    terminals,
    observers: [],
    signal,
    onEvent: () => undefined,
    onErrorLine: () => undefined,
  });
  assert.equal(result.errorType, 'skopeo_missing');
  assert.equal(result.exitCode, 69);
});
