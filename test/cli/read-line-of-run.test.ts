import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHere } from '../support/run-here.ts';
import { tempDir } from '../support/temp.ts';

test('a wrong flag is a failed run of the job that it names, by flag or by variable', async () => {
  await using dir = await tempDir('wrong-flag');
  const state = ['--state-dir', dir.join('state')];
  const wrong = [
    { job: 'one', args: ['copy', '--job-name', 'one', '--nonsense', 'dir:a', 'dir:b'], env: {} },
    { job: 'two', args: ['copy', '--retry-times', 'many', 'dir:a', 'dir:b'], env: { SKOPEO_WRAPPER_JOB_NAME: 'two' } },
    { job: 'three', args: ['sync', '--job-name', 'three', '--fiel', 'mirror.yml'], env: {} },
  ];
  for (const { args, env } of wrong)
    assert.equal((await runHere([...args, ...state], { cwd: dir.path, env })).exitCode, 64);
  await runHere(['sync', '--job-name', 'plan', '--dry-run', '--fiel', 'x', ...state], { cwd: dir.path });
  const { stdout } = await runHere(['metrics', ...state], { cwd: dir.path });
  for (const { job } of wrong)
    assert.match(stdout, new RegExp(`skopeo_job_last_exit_code\\{job_name="${job}"\\} 64`), job);
  assert.doesNotMatch(stdout, /job_name="plan"/);
  assert.match(stdout, /skopeo_operation_errors_total\{operation="copy",error_type="usage"\} 2/);
});
