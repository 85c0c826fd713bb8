import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, test } from 'node:test';
import { openScene, type Scene } from '../../e2e/scene.ts';
import { waitFor } from '../../support/wait-for.ts';

const INDEX = '{"schemaVersion":2,"manifests":[]}';

let scene: Scene;
/** Another run, which has the layout `shared` until it is ended. */
let other: ChildProcess;
beforeEach(async () => {
  scene = await openScene();
  await mkdir(scene.dir.join('shared', 'blobs'), { recursive: true });
  await writeFile(scene.dir.join('shared', 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(scene.dir.join('shared', 'index.json'), INDEX);
  other = spawn('flock', ['-x', scene.dir.join('shared'), 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  if (other.stdout !== null) await once(other.stdout, 'data');
});
afterEach(async () => {
  other.kill();
  await scene[Symbol.asyncDispose]();
});

const WAITING = /waiting for another run to finish with oci:(?:\S*\/)?shared:a(?::latest)?$/m;

const startWaiting = async (...args: readonly string[]) => {
  const run = scene.start(...args);
  let hasEnded = false;
  void run.result.then(() => {
    hasEnded = true;
  });
  await waitFor('the word that it waits', () => hasEnded || WAITING.test(run.output.stderr));
  assert.match(run.output.stderr, WAITING);
  return run;
};

const letGo = (): void => void other.stdin?.end();

const assertUntouched = async (): Promise<void> => {
  assert.deepEqual((await readdir(scene.dir.join('shared'))).toSorted(), ['blobs', 'index.json', 'oci-layout']);
  assert.equal(await readFile(scene.dir.join('shared', 'index.json'), 'utf8'), INDEX);
};

test('a copy that waits for its turn at a layout says so, and goes on when the other run is done', async () => {
  const run = await startWaiting('copy', scene.source, 'oci:shared:a');
  await assertUntouched();
  letGo();
  const { exitCode, stderr } = await run.result;
  assert.equal(exitCode, 0, stderr);
  assert.equal(stderr.match(/waiting for/g)?.length, 1);
  assert.match(await readFile(scene.dir.join('shared', 'index.json'), 'utf8'), /"a"/);
});

test('a sync says so too', async () => {
  await mkdir(scene.dir.join('from'));
  assert.equal((await scene.run('copy', '-q', scene.source, `dir:${scene.dir.join('from', 'app')}`)).exitCode, 0);
  const job = { images: [{ source: 'dir:from', destination: 'oci:shared:a' }] };
  await writeFile(scene.dir.join('m.yml'), JSON.stringify(job));
  const run = await startWaiting('sync', '--file', 'm.yml');
  letGo();
  const { exitCode, stderr } = await run.result;
  assert.equal(exitCode, 0, stderr);
});

test('who waits hears signals', async () => {
  for (const [signal, status] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const) {
    const run = await startWaiting('copy', scene.source, 'oci:shared:a');
    run.kill(signal);
    const { exitCode, stderr } = await run.result;
    assert.equal(exitCode, status, stderr);
    await assertUntouched();
  }
});

test('a time limit ends the waiting', async () => {
  const run = await startWaiting('copy', '--timeout', '3s', scene.source, 'oci:shared:a');
  const { exitCode, stderr } = await run.result;
  assert.equal(exitCode, 124, stderr);
  assert.match(stderr, /not finished after 3 s \(--timeout\)/);
  await assertUntouched();
});
