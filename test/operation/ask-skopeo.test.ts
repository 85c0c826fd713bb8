import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/context.ts';
import { defined } from '../../src/defined.ts';
import { type AnswerLimits, askSkopeo } from '../../src/operation/ask-skopeo.ts';
import { Redactor } from '../../src/secrets/redactor.ts';
import { MAX_CAPTURED_BYTES } from '../../src/skopeo/process/output-buffer.ts';
import { Terminals } from '../../src/skopeo/process/terminals.ts';
import { writeProgram } from '../support/program.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

/** Asks a program in skopeo's place. */
const ask = (dir: TempDir, script: string, stallTimeoutSeconds?: number, limits?: AnswerLimits): Promise<Buffer> => {
  const reference = 'docker://reg.example/x';
  const { signal } = new AbortController();
  return askSkopeo(
    { args: ['list-tags', reference], reference, stallTimeoutSeconds, signal, ...defined({ limits }) },
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

const ENDLESS = {
  'drips for too long': { script: 'while :; do echo .; sleep 0.1; done', limits: { seconds: 1, bytes: 1024 ** 3 } },
  'fills its memory': {
    script: 'x=$(head -c 100000000 /dev/zero | tr "\\0" x); sleep 600',
    limits: { seconds: 600, bytes: 50 * 1024 ** 2 },
  },
};
for (const [what, { script, limits }] of Object.entries(ENDLESS)) {
  test(`a skopeo that ${what} is ended, and the registry is named`, async () => {
    await using dir = await tempDir('ask');
    const expected = { errorType: 'server_error', message: /^reg\.example sends an answer that does not end: skopeo / };
    await assert.rejects(ask(dir, script, undefined, limits), expected);
  });
}
