import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import { forgetJob } from '../../../../src/metrics/state/folding/forget-job.ts';
import { completeRun, copies, counter, hostWith, temporaryLocation, view } from '../support/fixtures.ts';

test('a job is forgotten, folded or not, and what its runs did stays counted', (t) => {
  const location = temporaryLocation(t);
  const host = hostWith();
  for (const name of ['wrong', 'right']) completeRun(location, copies(1), { job: { name, maxAgeSeconds: 9 } });
  fold(location, host);
  completeRun(location, copies(1), { job: { name: 'wrong', maxAgeSeconds: 9 } });
  assert.equal(forgetJob(location, host, 'wrong')?.outcome, 'folded');
  const after = view(location);
  assert.deepEqual(
    after.jobs.map(({ jobName }) => jobName),
    ['right'],
  );
  assert.equal(counter(after, 'skopeo_job_runs_total', 'wrong', 'success'), 0);
  assert.equal(counter(after, 'skopeo_operations_total', 'copy', 'success'), 3);
  assert.equal(forgetJob(location, host, 'wrong'), undefined);
  completeRun(location, copies(1), { job: { name: 'wrong', maxAgeSeconds: 9 } });
  assert.equal(counter(view(location), 'skopeo_job_runs_total', 'wrong', 'success'), 1);
});
