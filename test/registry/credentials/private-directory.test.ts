import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { makePrivateDirectory } from '../../../src/registry/credentials/private-directory.ts';
import { tempDir } from '../../support/temp.ts';

test('secrets go on to the next place where one cannot be written, for their owner alone', async () => {
  await using dir = await tempDir('private');
  const path = makePrivateDirectory({ XDG_RUNTIME_DIR: dir.path });
  assert.deepEqual([dirname(path), statSync(path).mode & 0o777], [dir.path, 0o700]);
  assert.ok(existsSync(makePrivateDirectory({ XDG_RUNTIME_DIR: '/nonexistent', TMPDIR: dir.path })));
});
