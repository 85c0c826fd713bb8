import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import { openScene, startStallingRegistry } from './scene.ts';

/** More than the test waits for; it ends the copy itself. */
const RETRIES = 1000;

const openFiles = async (pid: number): Promise<number> => (await readdir(`/proc/${pid}/fd`)).length;

test('attempts leave no descriptor open', async () => {
  await using scene = await openScene();
  await using registry = await startStallingRegistry(scene, ['app']);
  registry.proxy.setRules([{ match: {}, do: { answer: { status: 503 } } }]);
  const retries = ['--retry-times', String(RETRIES), '--retry-delay', '200ms', '--src-tls-verify=false'];
  const copy = scene.start('copy', ...retries, registry.source('app'), `dir:${scene.dir.join('out')}`);
  const failed = (attempt: number) => () => copy.output.stderr.includes(`attempt ${attempt} failed`);
  await waitFor('the third failure', failed(3));
  const early = await openFiles(copy.pid);
  await waitFor('the fifteenth failure', failed(15));
  await waitFor('no more descriptors than twelve attempts ago', async () => (await openFiles(copy.pid)) <= early);
  copy.kill('SIGTERM');
  assert.equal((await copy.result).exitCode, 143);
});
