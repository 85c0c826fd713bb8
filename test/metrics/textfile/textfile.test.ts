import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Clock, systemClock } from '../../../src/context.ts';
import { EXIT, WrapperError } from '../../../src/errors/wrapper-error.ts';
import { tryLock } from '../../../src/metrics/textfile/lock.ts';
import { textfileAt } from '../../../src/metrics/textfile/textfile.ts';
import type { ErrorType } from '../../../src/tracking/vocabulary.ts';
import { temporaryDirectory, temporaryFileSystem } from './temporary-directory.ts';

const NAME = 'skopeo_wrapper.prom';
const page = (text: string) => async () => text;

const isFailure = (errorType: ErrorType, path: string) => (error: unknown) => {
  assert.ok(error instanceof WrapperError, String(error));
  assert.equal(error.errorType, errorType);
  assert.equal(error.exitCode, EXIT.ioError);
  assert.ok(error.message.includes(path));
  assert.ok(error.next);
  return true;
};

test('the file is replaced, readable by all whatever the umask, and nothing else is left', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, NAME);
  const umask = process.umask(0o077);
  try {
    const textfile = textfileAt(path, systemClock);
    assert.equal(await textfile.write(page('a 1\n')), 'written');
    assert.equal(await textfile.write(page('a 2\n')), 'written');
  } finally {
    process.umask(umask);
  }
  assert.equal(await readFile(path, 'utf8'), 'a 2\n');
  assert.equal((await stat(path)).mode & 0o777, 0o644);
  assert.deepEqual(await readdir(directory.path), [NAME]);
});

test('while it is written, no name in the directory ends in .prom but its own', async () => {
  await using directory = await temporaryDirectory();
  const textfile = textfileAt(join(directory.path, NAME), systemClock);
  await textfile.write(async () => {
    const names = await readdir(directory.path);
    assert.deepEqual(names, [`.${NAME}.lock`]);
    return '';
  });
});

test('a heartbeat does not wait for the lock, the end of a run does', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, NAME);
  const lock = await tryLock(join(directory.path, `.${NAME}.lock`), systemClock);
  const textfile = textfileAt(path, systemClock);
  assert.equal(await textfile.write(page('a 1\n')), 'busy');
  const final = textfile.write(page('a 2\n'), { waitMs: 60_000 });
  await lock?.release();
  assert.equal(await final, 'written');
  assert.equal(await readFile(path, 'utf8'), 'a 2\n');
});

test('who lost the lock while rendering does not put an older page over a newer one', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, NAME);
  const aMinuteLater: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + 61_000 };
  const outcome = await textfileAt(path, systemClock).write(async () => {
    assert.equal(await textfileAt(path, aMinuteLater).write(page('a 2\n')), 'written');
    return 'a 1\n';
  });
  assert.equal(outcome, 'busy');
  assert.equal(await readFile(path, 'utf8'), 'a 2\n');
  assert.deepEqual(await readdir(directory.path), [NAME]);
});

test('an error of the renderer is passed on, the old file stays and the lock is free', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, NAME);
  const textfile = textfileAt(path, systemClock);
  await textfile.write(page('a 1\n'));
  const cause = new Error('no state');
  await assert.rejects(
    textfile.write(() => Promise.reject(cause)),
    cause,
  );
  assert.equal(await readFile(path, 'utf8'), 'a 1\n');
  assert.deepEqual(await readdir(directory.path), [NAME]);
});

test('what killed writers left is swept after an hour, other files are not touched', async () => {
  await using directory = await temporaryDirectory();
  const old = Date.now() / 1_000 - 3_700;
  const abandoned = [`.${NAME}.1234.tmp`, `.${NAME}.lock.5678.tmp`];
  const others = ['.other.prom.1.tmp', `.${NAME}.fresh.tmp`, 'other.prom', `${NAME}.bak`];
  for (const name of [...abandoned, ...others]) {
    await writeFile(join(directory.path, name), '');
    if (!name.includes('fresh')) await utimes(join(directory.path, name), old, old);
  }
  await textfileAt(join(directory.path, NAME), systemClock).write(page(''));
  assert.deepEqual(await readdir(directory.path), [...others, NAME].sort());
});

test('a missing directory, a directory in its place: said what and what next', async () => {
  await using directory = await temporaryDirectory();
  const gone = join(directory.path, 'gone', NAME);
  await assert.rejects(textfileAt(gone, systemClock).write(page('')), isFailure('usage', gone));
  const taken = join(directory.path, 'taken.prom');
  await mkdir(taken);
  await assert.rejects(textfileAt(taken, systemClock).write(page('')), isFailure('unknown', taken));
  assert.deepEqual(await readdir(directory.path), ['taken.prom']);
});

test('a directory that may not be written', async (t) => {
  await using directory = await temporaryDirectory();
  const closed = join(directory.path, 'closed');
  const path = join(closed, NAME);
  await mkdir(closed, 0o555);
  const { mode } = await stat(directory.path);
  await chmod(directory.path, mode | 0o055);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    await assert.rejects(textfileAt(path, systemClock).write(page('')), isFailure('permission', path));
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
  t.diagnostic(isRoot ? 'as nobody' : 'as oneself');
});

test('a full disk: the old file stays, nothing half-written is left, and it is healed later', async (t) => {
  const fileSystem = await temporaryFileSystem('64k');
  if (fileSystem === undefined) return t.skip('cannot mount a tmpfs: run npm test as root');
  await using directory = fileSystem;
  const path = join(directory.path, NAME);
  const textfile = textfileAt(path, systemClock);
  await textfile.write(page('a 1\n'));

  const large = 'x'.repeat(100_000);
  await assert.rejects(textfile.write(page(large)), isFailure('disk_full', path));
  assert.equal(await readFile(path, 'utf8'), 'a 1\n');
  assert.deepEqual(await readdir(directory.path), [NAME]);

  const filler = join(directory.path, 'filler');
  await writeFile(filler, large).catch(() => undefined);
  await assert.rejects(textfile.write(page('a 2\n')), isFailure('disk_full', path), 'not even the lock fits');
  assert.deepEqual(await readdir(directory.path), ['filler', NAME]);
  await writeFile(filler, '');
  assert.equal(await textfile.write(page('a 2\n')), 'written');
  assert.equal(await readFile(path, 'utf8'), 'a 2\n');
});

test('a link that has the name of the textfile stays, and so does what it leads to', async () => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, NAME);
  await writeFile(join(directory.path, 'mine'), 'mine');
  await symlink('mine', path);
  await assert.rejects(textfileAt(path, systemClock).write(page('a 1\n')), isFailure('destination_conflict', path));
  assert.equal(await readlink(path), 'mine');
  assert.equal(await readFile(path, 'utf8'), 'mine');
  assert.deepEqual((await readdir(directory.path)).sort(), ['mine', NAME]);
});
