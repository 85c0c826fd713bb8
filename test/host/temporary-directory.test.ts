import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/context.ts';
import { type Host, systemHost } from '../../src/host/host.ts';
import { makeTemporaryDirectory, sweepTemporaryDirectories } from '../../src/host/temporary-directory.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

const HERE = systemHost(systemClock);
/** No process can have this pid: the kernel's bound is 2^22. */
const DEAD = 4_194_304;

const make = (dir: TempDir, identity: Partial<Host['identity']> = {}): string =>
  makeTemporaryDirectory(dir.path, 'scratch', { ...HERE, identity: { ...HERE.identity, ...identity } });

const sweep = (dir: TempDir): readonly string[] => sweepTemporaryDirectories([dir.path]);

test('what killed processes left is removed, with whole images in it', async () => {
  await using dir = await tempDir('sweep');
  const dead = make(dir, { pid: DEAD });
  mkdirSync(join(dead, 'oci123'));
  writeFileSync(join(dead, 'oci123', 'blob'), 'image');
  const reused = make(dir, { startTicks: 1 });
  const earlier = make(dir, { bootId: '01234567-89ab-cdef-0123-456789abcdef' });
  assert.deepEqual(new Set(sweep(dir)), new Set([dead, reused, earlier]));
  assert.deepEqual(readdirSync(dir.path), []);
});

test('what lives, or may live where it cannot be seen from here, stays', async () => {
  await using dir = await tempDir('sweep');
  make(dir);
  make(dir, { pid: DEAD, pidNamespace: 'pid:[1]' });
  make(dir, { pid: DEAD, host: '0123456789abcdef' });
  const before = readdirSync(dir.path);
  assert.deepEqual(sweep(dir), []);
  assert.deepEqual(readdirSync(dir.path), before);
});

test('links, files, directories of other modes and names of others stay', async () => {
  await using dir = await tempDir('sweep');
  const name = basename(make(dir, { pid: DEAD }));
  const other = (letter: string): string => dir.join(`${name.slice(0, -1)}${letter === name.at(-1) ? '0' : letter}`);
  mkdirSync(dir.join('precious'), { mode: 0o700 });
  writeFileSync(dir.join('precious', 'thesis'), '');
  symlinkSync(dir.join('precious'), other('a'));
  writeFileSync(other('b'), '');
  mkdirSync(other('c'), { mode: 0o755 });
  mkdirSync(dir.join('skopeo-wrapper-scratch.mine'), { mode: 0o700 });
  const before = readdirSync(dir.path).filter((entry) => entry !== name);
  sweep(dir);
  assert.deepEqual(readdirSync(dir.path), before);
  assert.ok(existsSync(dir.join('precious', 'thesis')));
});

test('nothing is removed where others may have put it', async () => {
  await using dir = await tempDir('sweep');
  const dead = make(dir, { pid: DEAD });
  chmodSync(dir.path, 0o777);
  assert.deepEqual(sweep(dir), []);
  chmodSync(dir.path, 0o1777);
  assert.deepEqual(sweep(dir), [dead]);
});

test('a name that was made up is no path out of the place', async () => {
  await using dir = await tempDir('sweep');
  const dead = make(dir, { pid: DEAD });
  renameSync(dead, `${dead}x`);
  assert.deepEqual(sweep(dir), []);
  assert.deepEqual(sweepTemporaryDirectories([dir.join('nowhere')]), []);
});
