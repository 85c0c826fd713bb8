import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { spawn } from '@lydell/node-pty';
import { CLI, processesWithEnv, waitFor } from '../../support/process.ts';
import { startRegistry } from '../../support/registry.ts';
import { privateHome, SKOPEO } from '../../support/skopeo.ts';
import { tempDir } from '../../support/temp.ts';

test('login without a password asks for it on the terminal and does not show it', async () => {
  await using dir = await tempDir('login');
  await using registry = await startRegistry({ basicAuth: { user: 'typed-secret' } });
  const [file, ...before] = CLI;
  const args = [
    ...before,
    'login',
    '--no-state',
    '--tls-verify=false',
    '--authfile',
    dir.join('auth.json'),
    registry.host,
  ];
  const env = {
    PATH: process.env.PATH ?? '',
    SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO,
    TEST_RUN: dir.path,
    ...privateHome(dir.path),
  };
  const terminal = spawn(file, args, { cols: 100, rows: 30, env });
  let screen = '';
  terminal.onData((text) => {
    screen += text;
  });
  const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
  await waitFor('the question for a user', () => screen.includes('Username:'));
  terminal.write('user\r');
  await waitFor('the question for a password', () => screen.includes('Password:'));
  terminal.write('typed-secret\r');
  assert.equal(await ended, 0, screen);
  assert.match(screen, /Login Succeeded!/);
  assert.doesNotMatch(screen, /typed-secret/);
  const { auths } = JSON.parse(await readFile(dir.join('auth.json'), 'utf8'));
  assert.equal(auths[registry.host].auth, btoa('user:typed-secret'));
  assert.deepEqual(processesWithEnv(`TEST_RUN=${dir.path}`), []);
});
