import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { readJob } from '../../src/cli/sync/read-job.ts';
import { SYNC_COMMAND } from '../../src/cli/sync/sync-flags.ts';
import { parseCommandLine } from '../../src/command-line/command-line.ts';
import { SIGNING_FLAGS } from '../../src/command-line/flags/shared.ts';
import { SKOPEO_FLAGS } from '../../src/command-line/flags/table.ts';
import { Redactor } from '../../src/secrets/redactor.ts';
import { signingFlags, signsAnew } from '../../src/sync/signing.ts';
import { tempDir } from '../support/temp.ts';

const jobOf = async (args: readonly string[], cwd = '/') => {
  const line = parseCommandLine(['sync', ...args], {}, { ...SKOPEO_FLAGS, subcommands: [SYNC_COMMAND] });
  const { job } = await readJob(line, { env: {}, cwd, redactor: new Redactor() }, new AbortController().signal);
  const [entry] = job.entries;
  assert.ok(entry);
  return { copy: entry.copy, toBeKnown: line.skopeoFlags.map(({ name }) => name) };
};

const PLACES = ['--src=docker', '--dest=docker', 'source.example/app', 'dest.example'];
const KEYS = SIGNING_FLAGS.filter(({ name, kind }) => kind === 'string' && name !== 'sign-passphrase-file');

describe('sync signs', () => {
  for (const { name } of KEYS) {
    test(`as --${name} says, on the command line and in a file`, async () => {
      await using dir = await tempDir('signing');
      const flags = [`--${name}=KEY`, '--sign-passphrase-file=pass'];
      const file = `images:\n  - source: source.example/app\n    destination: dest.example/mirror\n    ${name}: KEY\n    sign-passphrase-file: pass\n`;
      await writeFile(dir.join('mirror.yml'), file);
      const { copy, toBeKnown } = await jobOf([...flags, ...PLACES]);
      for (const settings of [copy, (await jobOf(['--file=mirror.yml'], dir.path)).copy]) {
        assert.deepEqual(
          signingFlags(settings).map(([name, text]) => `--${name}=${text}`),
          flags,
        );
        assert.ok(signsAnew(settings));
      }
      assert.deepEqual(toBeKnown, [name, 'sign-passphrase-file']);
    });
  }

  test('not, unless a key is given', async () => {
    const { copy } = await jobOf(['--sign-passphrase-file=pass', ...PLACES]);
    assert.ok(!signsAnew(copy));
  });

  test('with no sigstore key that it would have to ask a passphrase for', async () => {
    const refused = { exitCode: 64, message: /needs sign-passphrase-file/ };
    await assert.rejects(jobOf(['--sign-by-sigstore-private-key=KEY', ...PLACES]), refused);
  });
});

test('skopeo need not know what the engine of sync does itself', async () => {
  const { toBeKnown } = await jobOf(['--append-suffix=x', '--digestfile=f', '--all', ...PLACES]);
  assert.deepEqual(toBeKnown, []);
});
