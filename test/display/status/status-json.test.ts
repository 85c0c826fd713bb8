import assert from 'node:assert/strict';
import { it } from 'node:test';
import { renderStatusJson } from '../../../src/display/status/status-json.ts';

it('is one line of JSON with names in snake case', () => {
  const report = {
    jobs: [{ jobName: 'new', state: 'first_run', running: true, lastExitCode: 0 }],
    operations: [],
    unknownJobs: ['x\ny'],
    exitCode: 2,
  } as const;
  const text = renderStatusJson(report);
  assert.equal(text.indexOf('\n'), text.length - 1);
  assert.deepEqual(JSON.parse(text), {
    jobs: [{ job_name: 'new', state: 'first_run', running: true, last_exit_code: 0 }],
    operations: [],
    unknown_jobs: ['x\ny'],
    exit_code: 2,
  });
});
