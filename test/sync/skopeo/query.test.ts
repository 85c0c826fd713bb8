import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../../src/context.ts';
import { Redactor } from '../../../src/secrets/redactor.ts';
import { MAX_CAPTURED_BYTES } from '../../../src/skopeo/process/output-buffer.ts';
import { Terminals } from '../../../src/skopeo/process/terminals.ts';
import { query } from '../../../src/sync/skopeo/query.ts';
import { writeProgram } from '../../support/program.ts';
import { tempDir } from '../../support/temp.ts';

test('an answer longer than what is captured is a failure, whatever skopeo thinks of it', async () => {
  await using dir = await tempDir('query');
  const script = `trap '' TERM PIPE; head -c ${MAX_CAPTURED_BYTES + 1} /dev/zero; exit 0`;
  const asked = query({
    binary: writeProgram(dir.join('skopeo'), script),
    args: ['list-tags', 'docker://x'],
    env: { PATH: process.env.PATH },
    cwd: dir.path,
    clock: systemClock,
    terminals: new Terminals(undefined),
    stallTimeoutSeconds: undefined,
    redactor: new Redactor(),
    signal: new AbortController().signal,
  });
  await assert.rejects(asked, /64 MiB/);
});
