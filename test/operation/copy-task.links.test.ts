import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readlink, symlink } from 'node:fs/promises';
import { test } from 'node:test';
import { runProgram } from '../../src/main.ts';
import { consoleIn } from '../support/console.ts';
import { tempDir } from '../support/temp.ts';

test('a link to an archive that is not there yet outlasts a copy that fails', async () => {
  await using dir = await tempDir('links');
  await mkdir(dir.join('later'));
  for (const transport of ['docker-archive', 'oci-archive']) {
    const link = `${transport}.tar`;
    await symlink(`later/${link}`, dir.join(link));
    const { context, text } = consoleIn(dir);
    assert.equal(await runProgram(['copy', 'dir:nowhere', `${transport}:${link}:app:1`], context), 1, text());
    assert.equal(await readlink(dir.join(link)), `later/${link}`);
  }
});

test('what goes into a pipe is tried once: a second archive behind a broken one is no archive', async () => {
  await using dir = await tempDir('links');
  assert.equal(spawnSync('mkfifo', [dir.join('pipe')]).status, 0);
  const attempts = async (destination: string): Promise<string | undefined> => {
    const { context, text } = consoleIn(dir);
    const args = [
      'copy',
      '--json',
      '--retry-times',
      '1',
      '--retry-delay',
      '10ms',
      'docker://127.0.0.1:1/app',
      destination,
    ];
    assert.equal(await runProgram(args, context), 1, text());
    return /"attempts":(\d+)/.exec(text())?.[1];
  };
  const reader = spawn('cat', [dir.join('pipe')], { stdio: 'ignore' });
  const ended = once(reader, 'exit');
  assert.equal(await attempts('docker-archive:pipe'), '1');
  await ended;
  assert.equal(await attempts('docker-archive:file.tar'), '2');
});
