import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { linkTarget } from '../../src/host/link-target.ts';
import { tempDir } from '../support/temp.ts';

test('a link is where it leads, be that there or not; what is none stays as it is', async () => {
  await using dir = await tempDir('link-target');
  writeFileSync(dir.join('file'), '');
  const links = {
    later: 'nowhere',
    twice: 'later',
    there: 'file',
    out: '/dev/stdout',
    round: 'round',
    outer: '/dev/fd',
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, dir.join(name));
  const led = (name: string): string => linkTarget(dir.join(name)).replace(`${dir.path}/`, '');
  assert.deepEqual(['later', 'twice', 'there', 'out'].map(led), ['nowhere', 'nowhere', 'file', '/proc/self/fd/1']);
  for (const name of ['file', 'new', 'no/such', 'round', 'outer/1']) assert.equal(led(name), name);
  assert.equal(linkTarget('/dev/stdout'), '/proc/self/fd/1');
  for (const path of ['/dev/fd/1', '/proc/self/fd/1', '/proc/thread-self/fd/1', '/dev/null'])
    assert.equal(linkTarget(path), path);
});
