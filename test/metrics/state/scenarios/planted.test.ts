import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { EMPTY_AGGREGATE, encodeAggregate } from '../../../../src/metrics/state/files/aggregate.ts';
import { encodeRecord } from '../../../../src/metrics/state/files/slot-file.ts';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import { NEEDS_ROOT } from '../../../support/needs-root.ts';
import {
  completeRun,
  copies,
  counter,
  hostWith,
  movableClock,
  recordOf,
  temporaryLocation,
  view,
} from '../support/fixtures.ts';

test('links, FIFOs, directories and huge files are refused without a hang, and put away after an hour', (t) => {
  const location = temporaryLocation(t);
  const at = (name: string) => join(location.stateDir, name);
  completeRun(location, copies(3));
  const [real = ''] = readdirSync(location.stateDir);
  symlinkSync(at(real), at('run.link'));
  symlinkSync('/etc/passwd', at('agg.00000009'));
  execFileSync('mkfifo', [at('run.fifo')]);
  mkdirSync(at('run.directory'));
  writeFileSync(at('run.huge'), '');
  truncateSync(at('run.huge'), 2 ** 30);
  const merged = view(location);
  assert.equal(counter(merged, 'skopeo_operations_total', 'copy', 'success'), 3);
  assert.equal(merged.state?.errors.refused, 5);
  const clock = movableClock();
  clock.advance(3_700_000);
  const later = hostWith({}, clock);
  for (let generation = 0; generation < 3; generation++) {
    completeRun(location, copies(1));
    assert.equal(fold(location, later).outcome, 'folded');
  }
  const folded = view(location);
  assert.equal(counter(folded, 'skopeo_operations_total', 'copy', 'success'), 6);
  assert.equal(folded.state?.errors.refused, 5, 'counted once and for all');
  assert.deepEqual(
    readdirSync(location.stateDir).filter((name) => /link|fifo|huge|passwd/.test(name)),
    [],
  );
  assert.match(readFileSync('/etc/passwd', 'utf8'), /root/);
});

test('a run of somebody with odd ideas adds nothing but what is ours', (t) => {
  const location = temporaryLocation(t);
  mkdirSync(location.stateDir);
  const totals = {
    counters: {
      skopeo_operations_total: { 'copy\u001fsuccess': 2, 'copy\u001f"} 1\nevil 1': 5 },
      evil_total: { '': 1 },
    },
    histograms: {},
  };
  const json = JSON.stringify({ ...recordOf(hostWith(), { state: 'done' }), totals });
  writeFileSync(join(location.stateDir, 'run.odd'), encodeRecord({ seq: 1, json }));
  const merged = view(location);
  assert.deepEqual(merged.totals.counters, { skopeo_operations_total: { 'copy\u001fsuccess': 2 } });
  assert.equal(merged.state?.errors.refused, 1);
});

test('an aggregate counts only from root and the owner where everybody may write', {
  skip: NEEDS_ROOT,
}, (t) => {
  const location = temporaryLocation(t);
  completeRun(location, copies(3));
  fold(location, hostWith());
  const planted = join(location.stateDir, 'agg.00000007');
  writeFileSync(planted, encodeAggregate({ ...EMPTY_AGGREGATE, totals: copies(1000) }));
  chownSync(planted, 4711, 4711);
  chmodSync(location.stateDir, 0o1777);
  const merged = view(location);
  assert.equal(counter(merged, 'skopeo_operations_total', 'copy', 'success'), 3);
  assert.equal(merged.state?.errors.refused, 1);
});
