import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FinishedBlob } from '../../../src/tracking/events.ts';
import { loadRuns, type RecordedRun } from '../../support/recorded-run.ts';
import { type Replayed, replay } from '../../support/replay.ts';

type Fate = Pick<FinishedBlob, 'kind' | 'digest'> & { readonly outcome: string };

const fates = (blobs: readonly Fate[]): string[] => blobs.map(({ digest, outcome }) => `${digest} ${outcome}`).sort();
const layersOf = <Blob extends Fate>(blobs: readonly Blob[]): Blob[] => blobs.filter(({ kind }) => kind === 'layer');
const digestsOf = (blobs: readonly Fate[]): Set<string> => new Set(blobs.map(({ digest }) => digest));
const doneOf = <Blob extends Fate>(blobs: readonly Blob[]): Blob[] =>
  blobs.filter(({ outcome }) => outcome === 'copied' || outcome === 'skipped');

const nameOf = ({ skopeo, case: name, mode }: RecordedRun): string => `${skopeo} ${name} ${mode}`;
const truthOf = ({ truth }: RecordedRun) => truth.images.flatMap(({ blobs }) => blobs);

/** The config of a converted image is another blob at the destination: its digest is not that of the source. */
const keepsConfig = ({ case: name }: RecordedRun): boolean => !/format|zstd|compressed|schema1|one-of-list/.test(name);

const checkPercent = ({ percents, percentAtEnd }: Replayed, run: RecordedRun): void => {
  assert.deepEqual(
    percents,
    percents.toSorted((a, b) => a - b),
    'percent never falls',
  );
  assert.equal(percentAtEnd === 100, run.exitCode === 0, 'percent is 100 at success alone');
};

const checkSizes = ({ blobs }: Replayed, run: RecordedRun): void => {
  for (const { digest, sizeBytes } of blobs) {
    const known = truthOf(run).find((blob) => blob.digest === digest);
    if (known) assert.equal(sizeBytes, known.sizeBytes, `size of ${digest}`);
  }
};

const checkOneAttempt = ({ blobs, transferredBytes }: Replayed, run: RecordedRun): void => {
  const truth = truthOf(run);
  assert.deepEqual(fates(layersOf(blobs)), fates(layersOf(truth)));
  if (!keepsConfig(run)) return;
  assert.deepEqual(fates(blobs), fates(truth));
  const copied = truth.filter(({ outcome }) => outcome === 'copied');
  assert.equal(
    transferredBytes,
    copied.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    'bytes really transferred',
  );
};

const checkRetried = ({ blobs, transferredBytes }: Replayed, run: RecordedRun): void => {
  const truth = truthOf(run);
  assert.deepEqual(digestsOf(layersOf(doneOf(blobs))), digestsOf(layersOf(truth)));
  const copied = truth.filter(({ outcome }) => outcome === 'copied');
  assert.ok(transferredBytes >= copied.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0), 'retries are included');
};

/** Nothing that failed may be shown as done; what was not confirmed before the end counts as failed. */
const checkFailed = ({ blobs }: Replayed, run: RecordedRun): void => {
  const truth = truthOf(run);
  for (const { digest, outcome } of doneOf(blobs)) {
    const fate = truth.find((blob) => blob.digest === digest)?.outcome;
    if (fate !== undefined) assert.equal(fate, outcome, digest);
  }
};

const copies = loadRuns().filter(({ argv }) => argv.includes('copy'));

describe('on a terminal the tracker agrees with what really happened', () => {
  for (const run of copies.filter(({ mode }) => mode === 'pty')) {
    test(nameOf(run), () => {
      const replayed = replay(run);
      checkPercent(replayed, run);
      checkSizes(replayed, run);
      if (run.argv.includes('--quiet')) assert.deepEqual(replayed.blobs, []);
      else if (run.exitCode !== 0) checkFailed(replayed, run);
      else if (run.truth.attempts === 1) checkOneAttempt(replayed, run);
      else checkRetried(replayed, run);
    });
  }
});

describe('on a pipe, and on a terminal of an odd size, the tracker knows less but nothing false', () => {
  for (const run of copies.filter(({ mode }) => mode !== 'pty')) {
    test(nameOf(run), () => {
      const replayed = replay(run);
      checkPercent(replayed, run);
      checkSizes(replayed, run);
      const known = digestsOf(truthOf(run));
      for (const { kind, digest } of replayed.blobs) if (kind === 'layer') assert.ok(known.has(digest), digest);
      if (run.exitCode !== 0 || run.truth.attempts > 1) return;
      assert.deepEqual(
        replayed.blobs.filter(({ outcome }) => outcome === 'failed'),
        [],
      );
      if (run.mode === 'pipe' && !run.argv.includes('--quiet')) {
        assert.deepEqual(digestsOf(layersOf(replayed.blobs)), digestsOf(layersOf(truthOf(run))));
      }
    });
  }
});
