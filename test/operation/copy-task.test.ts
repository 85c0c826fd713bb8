import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { spawn } from '@lydell/node-pty';
import { execa } from 'execa';
import semver from 'semver';
import { createLayout } from '../support/images.ts';
import { CLI, processesWithEnv, runCli, waitFor } from '../support/process.ts';
import { mustSkopeo, privateHome, SKOPEO, skopeoVersion } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

const PASSPHRASE = 'open-sesame';
const NO_SIGSTORE = semver.lt(await skopeoVersion(), '1.11.0') && 'needs skopeo 1.11.0: npm run test:matrix';
const NO_PINENTRY =
  (await execa('pinentry-curses', ['--version'], { reject: false })).failed && 'needs the package pinentry-curses';

let dir: TempDir;
let fingerprint = '';

/** In a directory of its own: a socket's path must be short. */
let gnupg: TempDir;

before(async () => {
  dir = await tempDir('passphrase');
  gnupg = await tempDir('gpg');
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 1000 }] });
  await writeFile(dir.join('passphrase'), `${PASSPHRASE}\n`);
  if (!NO_SIGSTORE) {
    const flags = ['--output-prefix', dir.join('key'), '--passphrase-file', dir.join('passphrase')];
    await mustSkopeo(['generate-sigstore-key', ...flags]);
  }
  const options = { env: { PATH: process.env.PATH, GNUPGHOME: gnupg.path }, extendEnv: false };
  const unlocked = ['--batch', '--pinentry-mode', 'loopback', '--passphrase', PASSPHRASE];
  await execa('gpg', [...unlocked, '--quick-generate-key', 'T <t@example.org>', 'ed25519', 'sign', 'never'], options);
  const { stdout } = await execa('gpg', ['--with-colons', '--list-keys'], options);
  fingerprint = /^fpr:+([0-9A-F]+):$/m.exec(stdout)?.[1] ?? '';
});
after(async () => {
  await execa('gpgconf', ['--homedir', gnupg.path, '--kill', 'all'], { reject: false });
  for (const part of [gnupg, dir]) await part?.[Symbol.asyncDispose]();
});

/** Else the agent would remember the passphrase of the test before. */
const forgetPassphrase = async (): Promise<void> => {
  await execa('gpgconf', ['--homedir', gnupg.path, '--kill', 'gpg-agent'], { reject: false });
  await waitFor('the agent to end', () => processesWithEnv(`GNUPGHOME=${gnupg.path}`).length === 0);
};

const environment = (): Record<string, string> => ({
  ...privateHome(dir.path),
  GNUPGHOME: gnupg.path,
  TEST_RUN: dir.path,
});

const copyTo = (name: string, ...flags: readonly string[]): string[] => {
  const identity = ['--sign-identity', 'registry.example/app:1'];
  return ['copy', '--no-state', ...flags, ...identity, `oci:${dir.join('layout')}:app`, `dir:${dir.join(name)}`];
};

const sigstore = () => ['--sign-by-sigstore-private-key', dir.join('key.private')];
const simple = () => ['--sign-by', fingerprint];

const signatures = async (name: string): Promise<string[]> =>
  (await readdir(dir.join(name))).filter((file) => file.startsWith('signature-'));

/** Runs on a terminal; `answer` is typed when the question is to be seen. */
const onTerminal = async (args: readonly string[], question: RegExp, answer: string) => {
  const [file, ...program] = CLI;
  const env = { PATH: process.env.PATH ?? '', TERM: 'xterm', SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO, ...environment() };
  const terminal = spawn(file, [...program, ...args], { cols: 100, rows: 30, env });
  let screen = '';
  terminal.onData((text) => {
    screen += text;
  });
  let ended = false;
  const exit = new Promise<number>((resolve) =>
    terminal.onExit(({ exitCode }) => {
      ended = true;
      resolve(exitCode);
    }),
  );
  await waitFor('the question', () => ended || question.test(screen));
  if (!ended) terminal.write(`${answer}\r`);
  return { exitCode: await exit, screen };
};

describe('the passphrase of a sigstore key', { skip: NO_SIGSTORE }, () => {
  test('is asked for on the terminal and not shown', async () => {
    const args = copyTo('sigstore', ...sigstore());
    const { exitCode, screen } = await onTerminal(args, /Passphrase for key \S+: $/, PASSPHRASE);
    assert.equal(exitCode, 0, screen);
    assert.doesNotMatch(screen, new RegExp(PASSPHRASE));
    assert.equal((await signatures('sigstore')).length, 1);
  });

  test('that is wrong fails as with skopeo', async () => {
    const args = copyTo('sigstore-wrong', ...sigstore());
    const { exitCode, screen } = await onTerminal(args, /Passphrase for key \S+: $/, 'wrong');
    assert.equal(exitCode, 1);
    assert.match(screen, /decrypt/);
  });

  test('is not asked for where a file holds it', async () => {
    const args = copyTo('sigstore-file', ...sigstore(), '--sign-passphrase-file', dir.join('passphrase'));
    const { exitCode, screen } = await onTerminal(args, /Passphrase/, '');
    assert.equal(exitCode, 0, screen);
    assert.doesNotMatch(screen, /Passphrase/);
  });

  test('cannot be asked for without a terminal: the copy fails at once and says what to do', async () => {
    const { exitCode, stderr } = await runCli(copyTo('sigstore-cron', ...sigstore()), { env: environment() });
    assert.equal(exitCode, 1);
    assert.match(stderr, /Give the passphrase of the signing key in a file: --sign-passphrase-file FILE\./);
  });

  test('cannot be asked for where stdout is JSON', async () => {
    const { exitCode, screen } = await onTerminal(copyTo('sigstore-json', '--json', ...sigstore()), /Passphrase/, '');
    assert.equal(exitCode, 1);
    assert.match(screen, /"error_type":"usage".*--sign-passphrase-file/);
  });
});

describe('the passphrase of a GPG key', { skip: NO_PINENTRY }, () => {
  test('is asked for by pinentry on the terminal', async () => {
    await forgetPassphrase();
    const { exitCode, screen } = await onTerminal(copyTo('gpg', ...simple()), /Passphrase: /, PASSPHRASE);
    assert.equal(exitCode, 0, screen);
    assert.equal((await signatures('gpg')).length, 1);
  });

  test('cannot be asked for without a terminal: the copy fails at once and says what to do', async () => {
    await forgetPassphrase();
    const { exitCode, stderr } = await runCli(copyTo('gpg-cron', ...simple()), { env: environment() });
    assert.equal(exitCode, 1);
    assert.match(stderr, /Give the passphrase of the signing key in a file: --sign-passphrase-file FILE\./);
    const left = processesWithEnv(`TEST_RUN=${dir.path}`);
    assert.deepEqual(
      left.filter(({ commandLine: [name] }) => name !== 'gpg-agent'),
      [],
    );
  });
});
