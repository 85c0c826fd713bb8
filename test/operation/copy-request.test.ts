import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { systemClock } from '../../src/context.ts';
import { copyTask } from '../../src/operation/copy-task.ts';
import { Redactor } from '../../src/secrets/redactor.ts';
import { Terminals } from '../../src/skopeo/process/terminals.ts';
import { tempDir } from '../support/temp.ts';

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** The request for a copy of one directory, and the files that its arguments name for the digest. */
const digestFiles = async (words: readonly string[], runDirectory: string) => {
  const line = parseCommandLine(['copy', ...words, 'dir:a', 'dir:b'], {});
  const { signal } = new AbortController();
  const context = { env: {}, cwd: runDirectory, hasTerminal: false, redactor: new Redactor(), signal };
  const task = await copyTask(line, context);
  const request = await task.request({
    binary: 'skopeo',
    env: {},
    cwd: runDirectory,
    clock: systemClock,
    terminals: new Terminals(undefined),
    accessFiles: { pathFor: async () => '' },
    runDirectory,
  });
  const given = request.skopeo.args.join('\n').matchAll(/^--digestfile[=\n](.*)$/gm);
  return { request, files: Array.from(given, ([, path = '']) => path) };
};

test('a file that the user named for the digest is for skopeo to write and for nobody to read', async () => {
  await using dir = await tempDir('copy-request');
  const path = dir.join('digest');
  writeFileSync(path, DIGEST);
  for (const words of [['--digestfile', path], [`--digestfile=${path}`]]) {
    const { request, files } = await digestFiles(words, dir.path);
    assert.deepEqual(files, [path]);
    assert.equal(await request.readDigest?.(), undefined);
  }
});

test('where nobody named one the digest goes through a file of our own', async () => {
  await using dir = await tempDir('copy-request');
  const { request, files } = await digestFiles([], dir.path);
  const [path = ''] = files;
  assert.deepEqual([files.length, dirname(path)], [1, dir.path]);
  writeFileSync(path, DIGEST);
  assert.equal(await request.readDigest?.(), DIGEST);
});
