import assert from 'node:assert/strict';
import { it } from 'node:test';
import { renderStatusJson } from '../../../src/display/status/status-json.ts';

it('is one line of JSON that gives the report back', () => {
  const report = {
    jobs: [{ jobName: 'new', state: 'first_run', running: true }],
    operations: [],
    unknownJobs: ['x\ny'],
    exitCode: 2,
  } as const;
  const text = renderStatusJson(report);
  assert.equal(text.indexOf('\n'), text.length - 1);
  assert.deepEqual(JSON.parse(text), report);
});
