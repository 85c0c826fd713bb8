import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRuns, type RecordedRun, streamBytes, type TrueBlob } from './recorded-run.ts';

const stdoutText = (run: RecordedRun): string =>
  streamBytes(run, 'stdout')
    .toString()
    .replaceAll(/\x1b\[\d*[A-Z]/g, '')
    .replaceAll('\r', '');

/** Layers that skopeo looked at: an unchanged image shows none. */
const shownLayers = ({ truth }: RecordedRun): TrueBlob[] =>
  truth.images
    .flatMap(({ outcome, blobs }) => (outcome === 'unchanged' ? [] : blobs))
    .filter(({ kind }) => kind === 'layer');

/** Layers of all images that a terminal showed as reused. */
const skippedRows = (run: RecordedRun): number => {
  const images = stdoutText(run).split(/^Getting image source signatures$/m);
  const skipped = images.map(
    (text) => new Set([...text.matchAll(/^Copying blob (\w{12}) skipped/gm)].map(([, hex]) => hex)),
  );
  return skipped.reduce((sum, { size }) => sum + size, 0);
};

test('the truth of every recorded run agrees with what skopeo printed', () => {
  const runs = loadRuns();
  assert.ok(runs.length > 300, `${runs.length} runs`);
  for (const run of runs) {
    const name = `${run.skopeo} ${run.case} ${run.mode}`;
    const { outcome, attempts } = run.truth;
    const layers = shownLayers(run);
    assert.equal(run.exitCode === 0 ? 'success' : 'error', outcome, name);
    if (run.mode === 'pipe' && outcome === 'success' && attempts === 1 && !run.argv.includes('--quiet')) {
      const started = [...stdoutText(run).matchAll(/^Copying blob (sha256:[0-9a-f]{64})$/gm)].map(
        ([, digest]) => digest,
      );
      assert.deepEqual(started.sort(), layers.map(({ digest }) => digest).sort(), name);
    }
    if (run.mode === 'pty' && attempts === 1) {
      assert.equal(skippedRows(run), layers.filter((blob) => blob.outcome === 'skipped').length, name);
    }
  }
});

test('every case is there for every version that has it', () => {
  const names = Map.groupBy(loadRuns(), ({ skopeo }) => skopeo);
  assert.deepEqual([...names.keys()].sort(), ['1.18.0', '1.22.0', '1.9.3']);
  const [oldest, newest] = [names.get('1.9.3') ?? [], names.get('1.22.0') ?? []];
  const missing = oldest.filter((run) => !newest.some((other) => other.case === run.case && other.mode === run.mode));
  assert.deepEqual(missing, []);
});
