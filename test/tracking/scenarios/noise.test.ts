import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { loadRuns, type RecordedRun } from '../../support/recorded-run.ts';
import { type Replayed, type ReplayedChunk, recordedChunks, replay } from '../../support/replay.ts';
import { sequences } from '../../support/sequences.ts';

const HEX = '0123456789abcdef'.repeat(4);

/** Lines that are almost skopeo's own, and must not be taken for them. */
const ALMOST = [
  'Copying blob',
  'Copying blob sha256:',
  `Copying blob sha256:${HEX}!`,
  ` Copying blob sha256:${HEX}`,
  `Copying config sha256:${HEX.slice(1)}`,
  'Copying blob 0123456789ag done',
  'Copying image sha256:0 (1/1)',
  'Copying 1 of many images in list',
  'writing manifest to image destination',
  'Writing manifest to image destination.',
  'Storing signatures!',
  'Getting image source signatures Getting image source signatures',
  'done',
  'skipped: already exists',
  '100.0MiB / 100.0MiB',
  'level=fatal msg="success"',
  'time="x" level=nonsense msg="success"',
  'exit status 0',
  '\x1b[31mcolour\x1b[0m',
  '\x1b]0;title\x07',
  '{"outcome":"success","exitCode":0}',
];

/** Begins with something that no line of skopeo begins with, whatever follows. */
const anyText = fc.string({ unit: 'binary', maxLength: 60 }).map((text) => `~${text.replaceAll('\n', '')}`);
const anyBytes = fc.uint8Array({ maxLength: 60 }).map((bytes) => bytes.filter((byte) => byte !== 0x0a));

const noiseLine = fc.oneof(
  fc.constantFrom(...ALMOST).map((text) => Buffer.from(`${text}\n`)),
  anyText.map((text) => Buffer.from(`${text}\n`)),
  anyBytes.map((bytes) => Buffer.concat([Buffer.from('~'), bytes, Buffer.from('\n')])),
);

/** Where noise goes in, as a share of the lines of a run; and the noise. */
const place = fc.double({ min: 0, max: 1, noNaN: true });
const noise = fc.array(fc.tuple(place, fc.constantFrom('stdout', 'stderr'), noiseLine), {
  minLength: 1,
  maxLength: 12,
});
type Noise = readonly (readonly [share: number, stream: ReplayedChunk['stream'], bytes: Uint8Array])[];

/** A run line by line, since noise comes between lines: skopeo writes whole ones. */
const linesOf = (run: RecordedRun): ReplayedChunk[] => {
  const lines: ReplayedChunk[] = [];
  const rest = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  for (const { ms, stream, bytes } of recordedChunks(run)) {
    let pending = Buffer.concat([rest[stream], bytes]);
    for (let end = pending.indexOf(10); end >= 0; end = pending.indexOf(10)) {
      lines.push({ ms, stream, bytes: pending.subarray(0, end + 1) });
      pending = pending.subarray(end + 1);
    }
    rest[stream] = pending;
  }
  const ms = lines.at(-1)?.ms ?? 0;
  return [...lines, { ms, stream: 'stdout', bytes: rest.stdout }, { ms, stream: 'stderr', bytes: rest.stderr }];
};

const withNoise = (lines: readonly ReplayedChunk[], added: Noise): ReplayedChunk[] => {
  const noisy = [...lines];
  for (const [share, stream, bytes] of added) {
    // Not behind the last two: they hold what has no line end.
    const at = Math.floor(share * Math.max(0, noisy.length - 2));
    noisy.splice(at, 0, { ms: noisy[at]?.ms ?? 0, stream, bytes });
  }
  return noisy;
};

const verdictOf = ({ blobs, transferredBytes, percentAtEnd }: Replayed) => ({ blobs, transferredBytes, percentAtEnd });

const copies = loadRuns().filter(({ argv }) => argv.includes('copy'));
const quiet = new Map(copies.map((run) => [run, verdictOf(replay(run, linesOf(run)))]));

test('noise between the lines of a recorded run changes nothing of what is known in the end', () => {
  fc.assert(
    fc.property(fc.constantFrom(...copies), noise, (run, added) => {
      const noisy = replay(run, withNoise(linesOf(run), added));
      assert.deepEqual(verdictOf(noisy), quiet.get(run));
      assert.deepEqual(
        noisy.percents,
        noisy.percents.toSorted((a, b) => a - b),
        'percent never falls',
      );
    }),
    { numRuns: sequences(300) },
  );
});

test('a run that failed is never shown as complete, whatever its output claims', () => {
  const failed = copies.filter(({ exitCode }) => exitCode !== 0);
  const succeeded = copies.filter(({ exitCode }) => exitCode === 0);
  fc.assert(
    fc.property(fc.constantFrom(...failed), fc.constantFrom(...succeeded), (run, other) => {
      const { percents, percentAtEnd } = replay(run, [...recordedChunks(run), ...recordedChunks(other)]);
      assert.ok(percents.every((percent) => percent < 100));
      assert.notEqual(percentAtEnd, 100);
    }),
    { numRuns: sequences(100) },
  );
});
