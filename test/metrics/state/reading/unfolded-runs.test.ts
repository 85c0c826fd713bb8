import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Host } from '../../../../src/host/host.ts';
import { EMPTY_AGGREGATE } from '../../../../src/metrics/state/files/aggregate.ts';
import type { StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';
import { readUnfoldedRuns } from '../../../../src/metrics/state/reading/unfolded-runs.ts';
import { completeRun, copies, finished, hostWith, liveCopy, startRun, temporaryLocation } from '../support/fixtures.ts';

const read = (location: StateLocation, host: Host, folded: readonly string[] = []) =>
  readUnfoldedRuns(
    {
      location,
      host,
      names: readdirSync(location.stateDir),
      spilledNames: [],
      aggregate: { ...EMPTY_AGGREGATE, folded },
    },
    new Map(),
  );

/** A host on which the looked-up process turns out to be gone, after `meanwhile`. */
const hostWhere = (meanwhile: () => void): Host => ({
  ...hostWith(),
  processes: {
    startTicks: () => 1,
    isRunning: () => {
      meanwhile();
      return false;
    },
  },
});

test('a process that ends properly while it is looked up is done, not dead', (t) => {
  const location = temporaryLocation(t);
  const run = startRun(location);
  run.write({ totals: copies(1), live: [liveCopy()] });
  const seen = read(
    location,
    hostWhere(() => run.finish({ ...finished, totals: copies(2) })),
  );
  assert.deepEqual(
    seen?.map(({ state }) => state),
    ['done'],
  );
});

test('a process that writes and is killed while it is looked up is dead with what it wrote last', (t) => {
  const location = temporaryLocation(t);
  const run = startRun(location);
  let writes = 0;
  const [seen] =
    read(
      location,
      hostWhere(() => {
        if (writes++ === 0) run.write({ totals: copies(7), live: [] });
      }),
    ) ?? [];
  assert.equal(seen?.state, 'dead');
  assert.ok(seen.reading.kind === 'record');
  assert.deepEqual(seen.reading.record.totals, copies(7));
});

test('a file that vanishes is no answer', (t) => {
  const location = temporaryLocation(t);
  startRun(location);
  assert.equal(
    read(
      location,
      hostWhere(() => rmSync(location.stateDir, { recursive: true })),
    ),
    undefined,
  );
});

test('folded runs are not read again', (t) => {
  const location = temporaryLocation(t);
  completeRun(location, copies(1));
  mkdirSync(location.spillDir);
  const names = readdirSync(location.stateDir);
  writeFileSync(join(location.stateDir, names[0] ?? ''), 'damaged');
  assert.deepEqual(read(location, hostWith(), names), []);
});
