import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { execa } from 'execa';
import { commandWords } from '../../src/completion/command-words.ts';
import { runCli } from '../support/process.ts';
import { runHere } from '../support/run-here.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import { openTerminal } from '../support/tmux.ts';
import { waitFor } from '../support/wait-for.ts';

const missing = (shell: string) =>
  spawnSync(shell, ['-c', 'true']).status === 0
    ? false
    : `${shell} is not installed: npm test installs it on Debian and Ubuntu`;

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** The script for a shell, in a file of a directory that holds an image as well. */
const scriptIn = async (dir: TempDir, shell: Shell): Promise<string> => {
  const { exitCode, stdout, stderr } = await runHere(['completion', shell]);
  assert.equal(exitCode, 0, stderr);
  const file = dir.join('script');
  await writeFile(file, stdout);
  await writeFile(dir.join('image.tar'), '');
  return file;
};

for (const shell of SHELLS) {
  test(`the script is one for ${shell}, and names every command and flag`, { skip: missing(shell) }, async () => {
    await using dir = await tempDir('completion');
    const file = await scriptIn(dir, shell);
    const { stdout } = await execa(shell, ['-n', file]);
    assert.equal(stdout, '');
    const { stdout: script } = await execa('cat', [file]);
    const commands = commandWords();
    assert.ok(commands.length > 15);
    for (const { name, flags } of commands) {
      for (const word of [name, ...flags.map((flag) => flag.name)]) assert.ok(script.includes(word), word);
    }
  });
}

/** What is typed, each followed by a Tab, and what the line has become then. */
const KEYS = [
  { keys: 'skopeo-wrapper cop', line: 'skopeo-wrapper copy ' },
  { keys: '--progress pl', line: '--progress plain ' },
  { keys: '--dest-tls-v', line: '--dest-tls-verify' },
  { keys: ' docker-ar', line: 'docker-archive:' },
  { keys: 'im', line: 'docker-archive:image.tar' },
] as const;

describe('in a terminal Tab completes commands, flags, their words, transports and files', () => {
  for (const shell of ['bash', 'zsh'] as const) {
    test(shell, { skip: missing(shell) }, async () => {
      await using dir = await tempDir('completion');
      await scriptIn(dir, shell);
      if (shell === 'zsh') {
        await writeFile(dir.join('.zshrc'), 'PS1="ready> "\nautoload -Uz compinit; compinit -u -D\n. ./script\n');
      }
      const env = { PATH: process.env.PATH ?? '', HOME: dir.path, ZDOTDIR: dir.path };
      await using terminal = await openTerminal(env, dir.path);
      const start = shell === 'bash' ? '. ./script' : 'exec zsh -i';
      await terminal.type(start);
      await waitFor('the next prompt', async () => /\nready>$/.test((await terminal.screen()).split(start)[1] ?? ''));
      await terminal.type('echo is-$((40+2))');
      await waitFor('the shell', async () => (await terminal.screen()).includes('is-42'));
      for (const { keys, line } of KEYS) {
        await terminal.press(keys);
        await terminal.press('Tab');
        await waitFor(line, async () => `${await terminal.screen()} `.includes(line)).catch(async (error) => {
          throw new Error(await terminal.screen(), { cause: error });
        });
      }
    });
  }

  test('fish', { skip: missing('fish') }, async () => {
    await using dir = await tempDir('completion');
    const file = await scriptIn(dir, 'fish');
    const env = { HOME: dir.path };
    const offered = async (line: string) =>
      (await execa('fish', ['-c', `source ${file}; complete -C '${line}'`], { env, cwd: dir.path })).stdout;
    assert.match(await offered('skopeo-wrapper cop'), /^copy\tCopy an image/m);
    assert.match(await offered('skopeo-wrapper copy --progress pl'), /^plain/m);
    assert.match(await offered('skopeo-wrapper copy --dest-tls-v'), /^--dest-tls-verify\t/m);
    assert.match(await offered('skopeo-wrapper copy docker-ar'), /^docker-archive:/m);
    assert.match(await offered('skopeo-wrapper completion z'), /^zsh/m);
  });
});

test('another shell, or none, is refused', async () => {
  for (const args of [['completion'], ['completion', 'powershell']]) {
    const { exitCode, stdout } = await runCli(args);
    assert.equal(exitCode, 64);
    assert.equal(stdout, '');
  }
});
