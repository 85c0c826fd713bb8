import assert from 'node:assert/strict';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { SyncMemory } from '../../../src/sync/check/memory.ts';
import { keepMemory, loadMemory, saveMemory } from '../../../src/sync/check/memory-file.ts';
import { tempDir } from '../../support/temp.ts';
import { waitFor } from '../../support/wait-for.ts';

const COPY = {
  sourceDigest: 'sha256:a',
  settings: { content: 'system', preserveDigests: false },
  destination: 'docker://m.example/x:1',
} as const;

test('a memory survives the process, whole and private', async () => {
  await using dir = await tempDir('memory');
  const path = dir.join('sync', 'job.json');
  const memory = new SyncMemory();
  memory.rememberResult(COPY, 'sha256:b');
  memory.rememberCreation('sha256:a', new Date('2026-01-02T03:04:05Z'));
  memory.rememberOwned('docker://m.example/x:1', 'sha256:b');
  await saveMemory(path, memory);
  const again = await loadMemory(path);
  assert.equal(again.resultOf(COPY), 'sha256:b');
  assert.equal(again.createdAt('sha256:a')?.toISOString(), '2026-01-02T03:04:05.000Z');
  assert.deepEqual(again.owned, { 'docker://m.example/x:1': 'sha256:b' });
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.deepEqual(await readdir(dir.join('sync')), ['job+memory.lock', 'job.json']);
});

test('a memory that learnt nothing is not written', async () => {
  await using dir = await tempDir('memory');
  await saveMemory(dir.join('job.json'), new SyncMemory());
  assert.deepEqual(await readdir(dir.path), []);
});

test('a damaged memory is an empty one', async () => {
  await using dir = await tempDir('memory');
  for (const text of ['', '{', '{"version":2}', '[]', '{"version":1,"results":{"a":7},"created":{},"owned":{}}']) {
    await writeFile(dir.join('job.json'), text);
    assert.deepEqual((await loadMemory(dir.join('job.json'))).owned, {});
  }
});

const owning = (...tags: string[]): SyncMemory => {
  const memory = new SyncMemory();
  for (const tag of tags) memory.rememberOwned(`docker://m.example/x:${tag}`, `sha256:${tag}`);
  return memory;
};
const tagsOf = ({ owned }: SyncMemory): string[] => Object.keys(owned).map((name) => name.split(':').at(-1) ?? '');

test('what several runs of a job find out at a time comes together', async () => {
  await using dir = await tempDir('memory');
  const path = dir.join('job.json');
  await saveMemory(path, owning('1', '2'));
  const removing = await loadMemory(path);
  removing.forgetOwned('docker://m.example/x:1');
  await Promise.all([owning('3'), owning('4'), removing].map((memory) => saveMemory(path, memory)));
  assert.deepEqual(tagsOf(await loadMemory(path)).toSorted(), ['2', '3', '4']);
});

test('a memory is saved while its run goes on, so that a run that is killed is remembered', async () => {
  await using dir = await tempDir('memory');
  const path = dir.join('job.json');
  const memory = owning('1');
  using keeper = keepMemory(path, memory, 5);
  await waitFor('the first image', async () => tagsOf(await loadMemory(path)).includes('1'));
  memory.rememberOwned('docker://m.example/x:2', 'sha256:2');
  await waitFor('the second image', async () => tagsOf(await loadMemory(path)).includes('2'));
  await keeper.end();
});

test('what could not be saved is saved when it can be', async () => {
  await using dir = await tempDir('memory');
  const path = dir.join('job.json');
  const memory = owning('1');
  await mkdir(path);
  await assert.rejects(saveMemory(path, memory));
  assert.ok(memory.changed);
  await rm(path, { recursive: true });
  await saveMemory(path, memory);
  assert.deepEqual(tagsOf(await loadMemory(path)), ['1']);
  assert.ok(!memory.changed);
});
