import assert from 'node:assert/strict';
import { chmod, chown, mkdir, readdir, rename, rm, statfs, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { spillDirFor } from '../../src/metrics/state/files/state-directory.ts';
import { NEEDS_ROOT } from '../support/needs-root.ts';
import { AS_NOBODY, NOBODY } from '../support/nobody.ts';
import { runCli } from '../support/process.ts';
import { privateHome } from '../support/skopeo.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { waitFor } from '../support/wait-for.ts';
import { openScene, type Scene, samplesOf, stallingCopy, startStallingRegistry } from './scene.ts';

const COPIES = 'skopeo_operations_total{operation="copy",status="success"}';

/** Where root's runs go when the state directory cannot take them; removed with the scene. */
const spillOf = (stateDir: string) => {
  const path = spillDirFor('/run/skopeo-wrapper', stateDir);
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
};

/** Leaves no block free. */
const fill = async (directory: string): Promise<void> => {
  const { bavail, bsize } = await statfs(directory);
  await writeFile(`${directory}/filler`, Buffer.alloc(bavail * bsize, 1));
};

const warnings = (stderr: string): string[] => stderr.split('\n').filter((line) => line.includes('warning:'));

const copyOf = (scene: Scene, out: string): string[] => ['copy', scene.source, `dir:${scene.dir.join(out)}`];

test('a disk that is full before a run or fills up during it costs a warning, no number and no copy', {
  skip: NEEDS_ROOT,
}, async () => {
  await using scene = await openScene();
  await using spill = spillOf(scene.stateDir);
  await using _disk = await mountSmallDisk(scene.stateDir, { sizeKiB: 128 });
  await using registry = await startStallingRegistry(scene, ['app']);

  const during = scene.start(...stallingCopy(registry.source('app'), scene.dir.join('during')));
  await waitFor('the copy to be recorded', async () =>
    Object.keys(samplesOf(await scene.metrics(), 'skopeo_active_operations_detailed')).some((labels) =>
      labels.includes('copying_blob'),
    ),
  );
  await fill(scene.stateDir);
  registry.release();
  const ended = await during.result;
  assert.equal(ended.exitCode, 0, ended.stderr);
  assert.deepEqual(warnings(ended.stderr), [], 'its place was taken at the start');
  assert.equal((await scene.metrics()).get(COPIES), 1);

  const late = await scene.run(...copyOf(scene, 'late'));
  assert.equal(late.exitCode, 0, late.stderr);
  assert.equal(warnings(late.stderr).length, 1, late.stderr);
  assert.match(late.stderr, /cannot write to the state directory .* \(ENOSPC.*this run is kept in \/run\//);
  const samples = await scene.metrics();
  assert.equal(samples.get(COPIES), 2);
  assert.equal(samples.get('skopeo_wrapper_state_errors_total{reason="spilled"}'), 1);
  assert.equal((await readdir(spill.path)).length, 1);

  const strict = await scene.run('--metrics-strict', ...copyOf(scene, 'strict'));
  assert.equal(strict.exitCode, 0, 'what is kept elsewhere is not lost');
});

test('a full textfile directory costs a warning, or status 74 where the metrics are to be strict', {
  skip: NEEDS_ROOT,
}, async () => {
  await using scene = await openScene();
  const textfiles = scene.dir.join('textfiles');
  await using _disk = await mountSmallDisk(textfiles, { sizeKiB: 64 });
  await fill(textfiles);
  const [lenient, strict] = await Promise.all([
    scene.run('--metrics-textfile', textfiles, ...copyOf(scene, 'lenient')),
    scene.run('--metrics-strict', '--metrics-textfile', textfiles, ...copyOf(scene, 'strict')),
  ]);
  assert.deepEqual([lenient.exitCode, strict.exitCode], [0, 74]);
  for (const { stderr } of [lenient, strict]) assert.equal(warnings(stderr).length, 1, stderr);
  assert.match(lenient.stderr, /ENOSPC|no space/i);
  assert.equal((await scene.metrics()).get(COPIES), 2);
  assert.deepEqual(await readdir(textfiles), ['filler']);
});

test('a state directory is made when it is missing, and again when it is deleted under a copy', async () => {
  await using scene = await openScene();
  await using registry = await startStallingRegistry(scene, ['app']);
  const copy = scene.start(
    ...['--heartbeat-interval', '1s'],
    ...stallingCopy(registry.source('app'), scene.dir.join('out')),
  );
  const isRecorded = async () => (await readdir(scene.stateDir)).some((name) => name.startsWith('run.'));
  await waitFor('the run to be recorded', isRecorded);
  // In one step: a heartbeat must not see half of the change.
  await rename(scene.stateDir, scene.dir.join('deleted'));
  await rm(scene.dir.join('deleted'), { recursive: true });
  await waitFor('the run to be recorded again', isRecorded);
  registry.release();
  const { exitCode, stderr } = await copy.result;
  assert.equal(exitCode, 0, stderr);
  assert.deepEqual(warnings(stderr), []);
  assert.equal((await scene.metrics()).get(COPIES), 1);
});

test("a user who may not write the state directory still copies, and is told that the run's metrics are lost", {
  skip: NEEDS_ROOT,
}, async () => {
  await using scene = await openScene();
  assert.equal((await scene.run('inspect', scene.source)).exitCode, 0);
  const home = scene.dir.join('home');
  await mkdir(home);
  await chown(home, NOBODY, NOBODY);
  await chmod(scene.dir.path, 0o755);
  const env = { ...scene.env, ...privateHome(home), XDG_RUNTIME_DIR: '' };
  const copy = (out: string, ...args: string[]) =>
    runCli([...args, 'copy', scene.source, `dir:${home}/${out}`], {
      ...{ env, cwd: home },
      wrap: AS_NOBODY,
    });
  const [lenient, strict] = await Promise.all([copy('lenient'), copy('strict', '--metrics-strict')]);
  assert.deepEqual([lenient.exitCode, strict.exitCode], [0, 74], lenient.stderr + strict.stderr);
  for (const { stderr } of [lenient, strict]) {
    assert.deepEqual(warnings(stderr).length, 1, stderr);
    assert.match(stderr, /cannot write to the state directory .* \(EACCES.*the metrics of this run are not kept/);
  }
  assert.equal((await scene.metrics()).get(COPIES), 0);
});
