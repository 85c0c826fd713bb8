import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { JOB_NAME } from '../../../src/metrics/contract/definition.ts';
import { memoryPath, syncDirectory } from '../../../src/sync/check/memory-file.ts';
import { lockName } from '../../../src/sync/job-lock.ts';
import { tempDir } from '../../support/temp.ts';

const NEEDS_ROOT = process.getuid?.() === 0 ? false : 'becoming another user needs root';

test('no job can have the memory of runs without a name, nor the lock of another job’s part', () => {
  const nameless = memoryPath('/d', undefined);
  const [, name = ''] = /^\/d\/(.*)\.json$/.exec(nameless) ?? [];
  assert.ok(!JOB_NAME.pattern.test(name), name);
  for (const lock of [lockName('a', 'memory'), lockName('a', '0-of-2')]) assert.ok(!JOB_NAME.pattern.test(lock), lock);
});

const AS_ANOTHER = `
  const { syncDirectory, memoryPath, loadMemory, saveMemory } = await import(process.argv[1]);
  const { SyncMemory } = await import(process.argv[2]);
  const { takeJobLock } = await import(process.argv[3]);
  const directory = syncDirectory(process.argv[4]);
  process.setgroups([4242]); process.setgid(4242); process.setuid(4243);
  const own = syncDirectory(process.argv[4]);
  const theirs = await loadMemory(memoryPath(directory, 'nightly'));
  const lock = await takeJobLock(own, 'nightly', 'fail', new AbortController().signal);
  const memory = new SyncMemory();
  memory.rememberOwned('docker://m.example/x:1', 'sha256:a');
  await saveMemory(memoryPath(own, 'nightly'), memory);
  const again = await loadMemory(memoryPath(own, 'nightly'));
  console.log(JSON.stringify({ own, doubt: theirs.doubt, locked: lock !== undefined, owned: Object.keys(again.owned), here: again.doubt }));
  await lock[Symbol.asyncDispose]();`;

test('a second user of a group directory has a lock and a memory of their own', { skip: NEEDS_ROOT }, async () => {
  await using dir = await tempDir('group');
  execFileSync('chgrp', ['4242', dir.path]);
  await chmod(dir.path, 0o2770);
  const modules = ['check/memory-file', 'check/memory', 'job-lock'].map(
    (name) => new URL(`../../../src/sync/${name}.ts`, import.meta.url).href,
  );
  const told = execFileSync(process.execPath, ['--input-type=module', '-e', AS_ANOTHER, ...modules, dir.path]);
  const { own, locked, owned, here } = JSON.parse(told.toString());
  assert.equal(own, dir.join('sync-4243'));
  assert.deepEqual([locked, owned, here], [true, ['docker://m.example/x:1'], undefined]);
  assert.equal((await stat(own)).mode & 0o777, 0o700);
  assert.equal(syncDirectory(dir.path), dir.join('sync'), 'the owner’s is another one');
});

test('a state directory that is not there yet will be its user’s', async () => {
  await using dir = await tempDir('none');
  assert.equal(syncDirectory(dir.join('state')), dir.join('state', 'sync'));
  await writeFile(dir.join('file'), '');
  assert.equal(syncDirectory(dir.join('file', 'state')), dir.join('file', 'state', 'sync'));
});
