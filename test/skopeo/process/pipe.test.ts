import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { openPipe } from '../../../src/skopeo/process/pipe.ts';
import { startSkopeo } from '../../../src/skopeo/process/start-skopeo.ts';
import { Terminals } from '../../../src/skopeo/process/terminals.ts';
import { writeProgram } from '../../support/program.ts';
import { tempDir } from '../../support/temp.ts';

test('what skopeo starts may open stderr by its name, and all of it is heard', async () => {
  await using dir = await tempDir('pipe');
  const binary = writeProgram(dir.join('skopeo'), 'echo one >&2; echo two > /dev/stderr && echo three >> /dev/fd/2');
  const heard: string[] = [];
  const { ended } = startSkopeo({
    binary,
    args: [],
    env: { PATH: process.env.PATH, TMPDIR: dir.path },
    cwd: dir.path,
    terminals: new Terminals(undefined),
    streams: 'captured',
    signal: new AbortController().signal,
    onEvent: () => undefined,
    onErrorLine: ({ text }) => heard.push(text),
  });
  assert.equal((await ended).exitCode, 0);
  assert.deepEqual(heard, ['one', 'two', 'three']);
  assert.deepEqual(readdirSync(dir.path), ['skopeo']);
});

test('a pipe ends with its last writer', async () => {
  const pipe = openPipe(process.env);
  pipe?.closeWriter();
  assert.equal(pipe && (await text(pipe.reader)), '');
});

test('where no pipe can be had there is none', () => {
  assert.equal(openPipe({ PATH: process.env.PATH, TMPDIR: '/nonexistent' }), undefined);
  assert.equal(openPipe({ PATH: '/nonexistent' }), undefined);
});
