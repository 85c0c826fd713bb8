import assert from 'node:assert/strict';
import { fstatSync, openSync } from 'node:fs';
import { test } from 'node:test';
import { runProgram } from '../../src/main.ts';
import { consoleIn } from '../support/console.ts';
import { tempDir } from '../support/temp.ts';

test('what skopeo was given is closed once skopeo is done, so that who reads at its other end comes to an end', async () => {
  await using dir = await tempDir('run-tracked');
  const given = openSync(dir.join('given'), 'w');
  const { context, text } = consoleIn(dir);
  assert.equal(
    await runProgram(['copy', 'dir:nowhere', 'dir:new'], { ...context, inheritedDescriptors: [given] }),
    1,
    text(),
  );
  assert.throws(() => fstatSync(given), { code: 'EBADF' });
});
