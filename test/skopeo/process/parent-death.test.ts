import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { findLauncher, launch } from '../../../src/skopeo/process/parent-death.ts';
import { type SkopeoOptions, startSkopeo } from '../../../src/skopeo/process/start-skopeo.ts';
import { Terminals } from '../../../src/skopeo/process/terminals.ts';
import { tempDir } from '../../support/temp.ts';

const env = { PATH: process.env.PATH };

const start = (options: Pick<SkopeoOptions, 'binary' | 'args' | 'launcher'>) =>
  startSkopeo({
    ...options,
    env,
    cwd: '/',
    terminals: new Terminals(undefined),
    streams: 'captured',
    signal: new AbortController().signal,
    onEvent: () => undefined,
    onErrorLine: () => undefined,
  });

test('without the launcher programs are started by themselves', async () => {
  assert.deepEqual(await findLauncher({ PATH: '/nonexistent' }), []);
  assert.deepEqual(launch([], '/bin/sh', ['-c', ':']), ['/bin/sh', ['-c', ':']]);
});

test('the launcher becomes the program: same pid, same arguments, same exit status', async () => {
  const launcher = await findLauncher(env);
  assert.deepEqual(launcher, ['setpriv', '--pdeathsig', 'TERM']);
  const script = 'echo $$ $0 $@; tr "\\0" " " </proc/$$/cmdline; exit 7';
  const child = start({ binary: '/bin/sh', args: ['-c', script, 'zero', '--one', 'two'], launcher });
  const { exitCode, stdout } = await child.ended;
  assert.equal(exitCode, 7);
  assert.equal(String(stdout), `${child.pid} zero --one two\n/bin/sh -c ${script} zero --one two `);
});

test('a program that cannot be run fails as without the launcher', async () => {
  await using dir = await tempDir('launch');
  const launcher = await findLauncher(env);
  const plain = dir.join('plain');
  await writeFile(plain, 'no program');
  const codes = [dir.join('missing'), plain].map(
    async (binary) => (await start({ binary, args: [], launcher }).ended).spawnErrorCode,
  );
  assert.deepEqual(await Promise.all(codes), ['ENOENT', 'EACCES']);
});
