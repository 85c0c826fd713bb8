import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBounded } from '../../src/host/bounded-read.ts';
import { temporaryDirectory } from '../metrics/state/support/fixtures.ts';
import { NEEDS_ROOT } from '../support/needs-root.ts';

test('reads a regular file with its owner and age', (t) => {
  const path = join(temporaryDirectory(t), 'file');
  writeFileSync(path, 'content');
  const read = readBounded(path, 100);
  assert.ok(read.kind === 'content');
  assert.equal(read.bytes.toString(), 'content');
  assert.equal(read.uid, process.getuid?.());
  assert.ok(Math.abs(read.modifiedMs - Date.now()) < 60_000);
});

test('refuses whatever is not a regular file of reasonable size, and never hangs on it', async (t) => {
  const directory = temporaryDirectory(t);
  const at = (name: string) => join(directory, name);
  writeFileSync(at('target'), 'secret');
  symlinkSync(at('target'), at('link'));
  symlinkSync(at('nowhere'), at('dangling'));
  execFileSync('mkfifo', [at('fifo')]);
  mkdirSync(at('directory'));
  writeFileSync(at('huge'), '');
  truncateSync(at('huge'), 2 ** 30);
  const server = createServer().listen(at('socket'));
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  for (const name of ['link', 'dangling', 'fifo', 'directory', 'huge', 'socket']) {
    assert.equal(readBounded(at(name), 1000).kind, 'refused', name);
  }
});

test('tells a file that is gone from one that cannot be read', {
  skip: NEEDS_ROOT,
}, (t) => {
  const directory = temporaryDirectory(t);
  assert.equal(readBounded(join(directory, 'gone'), 10).kind, 'vanished');
  writeFileSync(join(directory, 'file'), '');
  assert.equal(readBounded(join(directory, 'file', 'below'), 10).kind, 'unreadable');
});
