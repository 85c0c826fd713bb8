import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { takeJobLock } from '../../src/sync/job-lock.ts';
import { tempDir } from '../support/temp.ts';

const NEVER = new AbortController().signal;

/** Another process that holds the lock until it is killed. */
const holder = async (directory: string) => {
  const module = new URL('../../src/sync/job-lock.ts', import.meta.url).href;
  const code = `
    const { takeJobLock } = await import(${JSON.stringify(module)});
    globalThis.lock = await takeJobLock(${JSON.stringify(directory)}, 'nightly', 'fail', new AbortController().signal);
    console.log('held');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  return child;
};

test('a lock that another process holds is told, skipped or waited for, and free when that one is killed', async () => {
  await using dir = await tempDir('job-lock');
  const other = await holder(dir.path);
  await assert.rejects(takeJobLock(dir.path, 'nightly', 'fail', NEVER), {
    exitCode: 75,
    message: `job nightly is running already (process ${other.pid})`,
  });
  assert.equal(await takeJobLock(dir.path, 'nightly', 'skip', NEVER), undefined);
  await using another = await takeJobLock(dir.path, 'weekly', 'fail', NEVER);
  assert.ok(another !== undefined, 'the lock of another job is free');

  const waiting = takeJobLock(dir.path, 'nightly', 'wait', NEVER);
  other.kill('SIGKILL');
  await using lock = await waiting;
  assert.ok(lock !== undefined);
  await assert.rejects(takeJobLock(dir.path, 'nightly', 'fail', NEVER), { exitCode: 75 });
});

test('a lock is free again after its end', async () => {
  await using dir = await tempDir('job-lock');
  for (let time = 0; time < 3; time++) {
    await using lock = await takeJobLock(dir.path, 'nightly', 'fail', NEVER);
    assert.ok(lock !== undefined);
  }
});

test('waiting ends with the signal', async () => {
  await using dir = await tempDir('job-lock');
  await using _held = await takeJobLock(dir.path, 'nightly', 'fail', NEVER);
  const controller = new AbortController();
  const waiting = takeJobLock(dir.path, 'nightly', 'wait', controller.signal);
  setImmediate(() => controller.abort());
  await assert.rejects(waiting, { name: 'AbortError' });
});
