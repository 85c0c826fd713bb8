import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdir, open, readdir, readFile, readlink, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openDirectCopy } from '../../src/destination/direct-copy.ts';
import { parseReference } from '../../src/image/reference.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';

const NEVER = new AbortController().signal;

const direct = (reference: string, cwd = '/') => openDirectCopy(parseReference(reference), cwd, { signal: NEVER });

for (const transport of ['dir', 'oci']) {
  test(`only partial blobs that our own process writes to ${transport} are removed`, async () => {
    await using dir = await tempDir('direct');
    await writeFile(dir.join(`${transport}-put-blob1`), 'from before');
    await using copy = await direct(`${transport}:${dir.path}`);
    await copy?.begin();
    const names = [`${transport}-put-blob2`, 'notes'];
    const writer = spawn('sh', ['-c', `exec 3>${names[0]} 4>${names[1]}; echo ready >&3; exec sleep 1000`], {
      cwd: dir.path,
    });
    await writeFile(dir.join(`${transport}-put-blob3`), 'of another run');
    await waitFor('the writer', async () => (await readFile(dir.join(names[0] ?? ''), 'utf8').catch(() => '')) !== '');
    copy?.look(writer.pid ?? 0);
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    await copy?.clear();
    const left = [`${transport}-put-blob1`, `${transport}-put-blob3`, 'notes'];
    assert.deepEqual((await readdir(dir.path)).sort(), left.sort());
  });
}

test('a directory that never came to be, or a registry, has nothing to clear', async () => {
  await using copy = await direct('dir:/nonexistent/a/b');
  await copy?.begin();
  copy?.look(process.pid);
  await copy?.clear();
  assert.equal(await direct('docker://localhost/app'), undefined);
});

test('an archive that a failed copy began is removed, one that was there stays', async () => {
  for (const transport of ['oci-archive', 'docker-archive']) {
    await using dir = await tempDir('direct');
    await writeFile(dir.join('old.tar'), '');
    for (const name of ['old.tar', 'new.tar']) {
      await using copy = await direct(`${transport}:${name}:a`, dir.path);
      for (const _attempt of [1, 2]) {
        await copy?.begin();
        await appendFile(dir.join(name), 'half an image');
        await copy?.clear();
      }
    }
    assert.deepEqual(await readdir(dir.path), ['old.tar']);
  }
});

test('an archive that is there when the copy is done stays', async () => {
  await using dir = await tempDir('direct');
  {
    await using copy = await direct(`oci-archive:${dir.join('a.tar')}`);
    await copy?.begin();
    await writeFile(dir.join('a.tar'), 'an image');
  }
  assert.equal(await readFile(dir.join('a.tar'), 'utf8'), 'an image');
});

test('a link of the user stays, wherever it leads', async () => {
  await using dir = await tempDir('direct');
  await symlink('/nonexistent/my.tar', dir.join('nowhere'));
  await symlink('later.tar', dir.join('later'));
  for (const name of ['nowhere', 'later']) {
    await using copy = await direct(`docker-archive:${dir.join(name)}`);
    await copy?.begin();
    if (name === 'later') await writeFile(dir.join(name), 'through the link');
    await copy?.clear();
  }
  assert.equal(await readlink(dir.join('nowhere')), '/nonexistent/my.tar');
  assert.equal(await readFile(dir.join('later.tar'), 'utf8'), 'through the link');
});

test('an archive that somebody put in the place of ours stays', async () => {
  await using dir = await tempDir('direct');
  await using copy = await direct(`docker-archive:${dir.join('a.tar')}`);
  await copy?.begin();
  await writeFile(dir.join('theirs'), 'theirs');
  await rename(dir.join('theirs'), dir.join('a.tar'));
  await copy?.clear();
  assert.equal(await readFile(dir.join('a.tar'), 'utf8'), 'theirs');
});

test('nothing is made below /proc and /dev', async () => {
  for (const path of ['/dev/skopeo-wrapper-test', '/proc/self/fd/77', '/dev/fd/78']) {
    await using copy = await direct(`docker-archive:${path}`);
    await copy?.begin();
    await assert.rejects(readFile(path), { code: 'ENOENT' });
    await copy?.clear();
  }
});

const isLockedNow = async (path: string): Promise<boolean> => {
  await using file = await open(path, 'r');
  const child = spawn('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', file.fd] });
  const [status] = await once(child, 'exit');
  return status !== 0;
};

const layoutIn = async (dir: TempDir): Promise<string> => {
  await mkdir(dir.join('layout'));
  await writeFile(dir.join('layout', 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  return dir.join('layout');
};

test('copies into one layout go one after the other, whatever it is called', async () => {
  await using dir = await tempDir('direct');
  const layout = await layoutIn(dir);
  await symlink('layout', dir.join('other'));
  const order: string[] = [];
  const first = await direct(`oci:${layout}:a`);
  const second = direct(`oci:${dir.join('other')}/:b`).then(async (copy) => {
    order.push('second');
    await copy?.[Symbol.asyncDispose]();
  });
  assert.equal(await isLockedNow(layout), true);
  order.push('first');
  await first?.[Symbol.asyncDispose]();
  await second;
  assert.deepEqual(order, ['first', 'second']);
  assert.equal(await isLockedNow(layout), false);
  assert.deepEqual(await readdir(layout), ['oci-layout']);
});

test('who waits for a layout can be stopped', async () => {
  await using dir = await tempDir('direct');
  const layout = await layoutIn(dir);
  await using _first = await direct(`oci:${layout}:a`);
  const stop = new AbortController();
  const waiting = openDirectCopy(parseReference(`oci:${layout}:b`), '/', { signal: stop.signal });
  stop.abort();
  await using _copy = await waiting;
  assert.ok(stop.signal.aborted);
});

test('a layout that never came to be leaves no directory behind', async () => {
  await using dir = await tempDir('direct');
  {
    await using _copy = await direct(`oci:${dir.join('new')}:a`);
  }
  assert.deepEqual(await readdir(dir.path), []);
  await mkdir(dir.join('mine'));
  {
    await using _copy = await direct(`oci:${join(dir.path, 'mine')}:a`);
  }
  assert.deepEqual(await readdir(dir.path), ['mine']);
});
