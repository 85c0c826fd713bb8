import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/context.ts';
import { askSkopeo } from '../../src/operation/ask-skopeo.ts';
import { Redactor } from '../../src/secrets/redactor.ts';
import { MAX_CAPTURED_BYTES } from '../../src/skopeo/process/output-buffer.ts';
import { Terminals } from '../../src/skopeo/process/terminals.ts';
import { writeProgram } from '../support/program.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

/** Asks a program in skopeo's place. */
const ask = (dir: TempDir, script: string, stallTimeoutSeconds?: number): Promise<Buffer> => {
  const reference = 'docker://x';
  const { signal } = new AbortController();
  return askSkopeo(
    { args: ['list-tags', reference], reference, stallTimeoutSeconds, signal },
    {
      binary: writeProgram(dir.join('skopeo'), script),
      env: { PATH: process.env.PATH },
      cwd: dir.path,
      clock: systemClock,
      terminals: new Terminals(undefined),
      redactor: new Redactor(),
    },
  );
};

test('an answer longer than what is captured is a failure, whatever skopeo thinks of it', async () => {
  await using dir = await tempDir('ask');
  const script = `trap '' TERM PIPE; head -c ${MAX_CAPTURED_BYTES + 1} /dev/zero; exit 0`;
  await assert.rejects(ask(dir, script), /64 MiB/);
});

test('skopeo reads nothing of what is meant for this process', async () => {
  await using dir = await tempDir('ask');
  assert.equal((await ask(dir, 'readlink /proc/self/fd/0 | tr -d "[:digit:]"; cat')).toString().trim(), 'socket:[]');
});

test('what moves no byte and says nothing is ended', async () => {
  await using dir = await tempDir('ask');
  await assert.rejects(ask(dir, 'exec sleep 600', 0.6), { errorType: 'stalled' });
});
