import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { Duplex } from 'node:stream';
import { after, before, test } from 'node:test';
import { createLayout } from '../../support/images.ts';
import { CLI, runCli } from '../../support/process.ts';
import { writeProgram } from '../../support/program.ts';
import { privateHome, SKOPEO } from '../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';
import { waitFor } from '../../support/wait-for.ts';

let dir: TempDir;
before(async () => {
  dir = await tempDir('descriptors');
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 100 }] });
});
after(() => dir[Symbol.asyncDispose]());

/** Runs the wrapper as `"$@"` of a script of bash. */
const inBash = (script: string, args: readonly string[]) =>
  runCli([...args], {
    cwd: dir.path,
    env: privateHome(dir.path),
    wrap: ['bash', '-c', script, 'bash'],
  });

test('a lock on a descriptor reaches skopeo, and is gone with the run', async () => {
  const skopeo = writeProgram(
    dir.join('skopeo'),
    `if [ "$1" = --version ]; then echo 'skopeo version 1.18.0'; exit; fi
    [ /proc/self/fd/9 -ef lock ] && flock -n 9 && echo 'has it'
    flock -n lock true || echo 'nobody else'`,
  );
  const args = ['--no-state', '--skopeo-path', skopeo, 'list-tags', 'dir:x'];
  const { stdout, stderr } = await inBash('exec 9> lock; flock 9; "$@"; exec 9>&-; flock -n lock echo free', args);
  assert.equal(stdout, 'has it\nnobody else\nfree\n', stderr);
});

test('a digest goes into a process substitution', async () => {
  const script = '"$@" --digestfile >(cat > digest.part; mv digest.part digest)';
  const args = ['--no-state', '--insecure-policy', 'copy', '-q', 'oci:layout:app', 'dir:copied'];
  const { exitCode, stderr } = await inBash(script, args);
  assert.equal(exitCode, 0, stderr);
  await waitFor('the digest', () => existsSync(dir.join('digest')));
  assert.match(readFileSync(dir.join('digest'), 'latin1'), /^sha256:[0-9a-f]{64}$/);
});

test('the image proxy of skopeo speaks through the socket that it was given', async () => {
  const [file = '', ...argv] = CLI;
  const child = spawn(file, [...argv, '--no-state', 'experimental-image-proxy', '--sockfd', '3'], {
    env: { PATH: process.env.PATH, ...privateHome(dir.path), SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO },
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const ended = once(child, 'exit');
  const socket = child.stdio[3];
  assert.ok(socket instanceof Duplex);
  try {
    socket.write(JSON.stringify({ method: 'Initialize', args: [] }));
    const [reply] = await once(socket, 'data');
    assert.equal(JSON.parse(String(reply)).success, true);
    socket.write(JSON.stringify({ method: 'Shutdown', args: [] }));
    assert.deepEqual(await ended, [0, null]);
  } finally {
    socket.destroy();
  }
});
