import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { execa, execaNode } from 'execa';
import { type Clock, systemClock } from '../../../src/context.ts';
import { parseOwner, tryLock } from '../../../src/metrics/textfile/lock.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const [WALL_MS, MONOTONIC_MS] = [systemClock.wallMs(), systemClock.monotonicMs()];

/** A clock that stands still, so that it matters to no test how long it takes. */
const laterBy = (ms: number): Clock => ({ wallMs: () => WALL_MS + ms, monotonicMs: () => MONOTONIC_MS + ms });
const stoppedClock = laterBy(0);

/** Starts a process that holds the lock; in an object, as the process itself would be awaited to its end. */
const startHolder = async (path: string) => {
  const holder = execaNode(join(import.meta.dirname, 'lock-holder.ts'), [path], { reject: false, timeout: 60_000 });
  const [said] = await once(holder.stdout, 'data');
  assert.equal(String(said), 'held\n');
  return { holder };
};

test('one holder at a time; released, it is free and nothing is left', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const first = await tryLock(path, systemClock);
  assert.equal(await first?.isHeld(), true);
  assert.equal(await tryLock(path, systemClock), undefined, 'the same process does not get it twice either');
  await first?.release();
  assert.deepEqual(await readdir(directory.path), []);
  const second = await tryLock(path, systemClock);
  assert.equal(await second?.isHeld(), true);
  assert.equal(await first?.isHeld(), false);
  await first?.release();
  assert.equal(await second?.isHeld(), true, 'who lost the lock cannot give it back');
});

test('many at once: exactly one gets it', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const locks = await Promise.all(Array.from({ length: 20 }, () => tryLock(path, systemClock)));
  assert.equal(locks.filter((lock) => lock !== undefined).length, 1);
  assert.deepEqual(await readdir(directory.path), ['lock']);
});

test('a living holder keeps it, a killed one loses it at once', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const { holder } = await startHolder(path);
  assert.equal(await tryLock(path, systemClock), undefined);
  holder.kill('SIGKILL');
  await holder;
  const lock = await tryLock(path, systemClock);
  assert.equal(await lock?.isHeld(), true);
  assert.deepEqual(await readdir(directory.path), ['lock']);
});

test('a stopped holder loses it after a minute and learns of it', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const stopped = await tryLock(path, stoppedClock);
  assert.equal(await tryLock(path, laterBy(59_000)), undefined);
  const next = await tryLock(path, laterBy(61_000));
  assert.equal(await next?.isHeld(), true);
  assert.equal(await stopped?.isHeld(), false);
  await stopped?.release();
  assert.equal(await next?.isHeld(), true);
});

test('when many take over an abandoned lock, at most one holds it afterwards', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  await tryLock(path, stoppedClock);
  const locks = await Promise.all(Array.from({ length: 20 }, () => tryLock(path, laterBy(61_000))));
  const held = await Promise.all(locks.map((lock) => lock?.isHeld() ?? false));
  assert.equal(held.filter(Boolean).length, 1);
});

const ownerChanges = [
  { name: 'of an earlier boot of this host', changes: { bootId: 'another' }, free: true },
  { name: 'of a process whose number another one has now', changes: { startTicks: 1 }, free: true },
  { name: 'of another host', changes: { bootId: 'another', host: 'another', pid: 4_000_000 }, free: false },
  { name: 'of another pid namespace', changes: { pidNamespace: 'pid:[1]', pid: 4_000_000 }, free: false },
] as const;

for (const { name, changes, free } of ownerChanges) {
  test(`the lock ${name} is ${free ? 'free' : 'left alone for a minute'}`, async () => {
    await using directory = await temporaryDirectory();
    const path = join(directory.path, 'lock');
    await tryLock(path, stoppedClock);
    const owner = parseOwner(await readFile(path, 'utf8'));
    await writeFile(path, JSON.stringify({ ...owner, identity: { ...owner?.identity, ...changes } }));
    assert.equal((await tryLock(path, stoppedClock)) !== undefined, free);
    if (!free) assert.ok(await tryLock(path, laterBy(61_000)));
  });
}

test('a lock that names nobody is left alone for a minute by its own time', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  for (const content of ['', '{', '{"pid":1}']) {
    await writeFile(path, content);
    assert.equal(await tryLock(path, systemClock), undefined);
  }
  const old = Date.now() / 1_000 - 61;
  await utimes(path, old, old);
  assert.ok(await tryLock(path, systemClock));
});

test('what is no file of ours is refused by name, and nobody is waited for', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'lock');
  const makers = [
    () => execa('mkfifo', [path]),
    () => symlink('/dev/zero', path),
    () => mkdir(path),
    () => writeFile(path, 'x'.repeat(100_000)),
  ];
  for (const make of makers) {
    await make();
    await assert.rejects(tryLock(path, systemClock), { message: `${path} is no lock of ours`, exitCode: 74 });
    await rm(path, { recursive: true });
  }
});
