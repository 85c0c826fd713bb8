import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { descendantsOf, killDescendants } from '../../../src/skopeo/process/start-skopeo.ts';
import { waitFor } from '../../support/wait-for.ts';

test('children and grandchildren are found and ended, the process itself is not', async () => {
  const parent = spawn('sh', ['-c', 'sh -c "sleep 600 & wait" & wait; read line'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const pid = parent.pid ?? 0;
  const ended = once(parent, 'exit');
  await waitFor('the grandchild to start', () => descendantsOf(pid).length === 2);
  killDescendants(pid);
  await waitFor('both to be gone', () => descendantsOf(pid).length === 0);
  assert.equal(parent.exitCode, null);
  parent.stdin.end('\n');
  assert.deepEqual(await ended, [0, null]);
});

test('a process that is gone has none', () => {
  assert.deepEqual(descendantsOf(2 ** 30), []);
});
