import assert from 'node:assert/strict';
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
