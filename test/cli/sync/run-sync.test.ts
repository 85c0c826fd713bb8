import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeJobLock } from '../../../src/sync/job-lock.ts';
import { openScene } from '../../e2e/scene.ts';
import { startProxy } from '../../support/proxy.ts';
import { startRegistry } from '../../support/registry.ts';
import { mountSmallDisk } from '../../support/small-disk.ts';
import { tempDir } from '../../support/temp.ts';
import { waitFor } from '../../support/wait-for.ts';

const NEEDS_ROOT = process.getuid?.() === 0 ? false : 'mounting a file system needs root';

test('--quiet leaves only errors', async () => {
  await using scene = await openScene();
  await using registry = await startRegistry();
  await registry.seed(scene.source, 'app:1');
  const sync = (repository: string, out: string, ...flags: string[]) => {
    const from = ['--src', 'docker', '--src-tls-verify=false', '--dest', 'dir'];
    return scene.run('sync', ...flags, ...from, `${registry.host}/${repository}`, scene.dir.join(out));
  };
  const [told, quiet, failed] = await Promise.all([
    sync('app', 'told'),
    sync('app', 'quiet', '--quiet'),
    sync('gone', 'failed', '-q'),
  ]);
  assert.deepEqual([told.exitCode, quiet.exitCode, failed.exitCode], [0, 0, 1], failed.stderr);
  assert.match(told.stdout, /Copying/);
  assert.match(told.stderr, /copied 1/);
  assert.deepEqual([quiet.stdout, quiet.stderr], ['', '']);
  assert.ok(existsSync(scene.dir.join('quiet', 'app:1')));
  assert.equal(failed.stdout, '');
  assert.match(failed.stderr, /not_found/);
  assert.doesNotMatch(failed.stderr, /copied 0/);
});

const FILE = 'job: files\nimages:\n  - { source: HOST/app, destination: "dir:out" }\n';

test('files that cannot be written are refused before anything is copied, and the job has failed', async () => {
  await using scene = await openScene();
  await mkdir(scene.dir.join('taken'));
  await writeFile(scene.dir.join('m.yml'), FILE.replace('HOST', '127.0.0.1:9'));
  const refusals: readonly (readonly [flags: readonly string[], message: RegExp])[] = [
    [['--report', 'gone/report.json'], /--report .*gone\/report.json cannot be written: ENOENT/],
    [['--digestfile', 'taken'], /--digestfile .*taken cannot be written: it is a directory/],
  ];
  for (const [flags, message] of refusals) {
    const refused = await scene.run('sync', '--file', 'm.yml', ...flags);
    assert.equal(refused.exitCode, 64, flags.join(' '));
    assert.match(refused.stderr, message);
  }
  assert.match((await scene.run('status')).stdout, /^1 job/);
});

test('an output that would destroy an image, or what the run reads, is refused before anything is written', async () => {
  await using scene = await openScene();
  const { dir, layout } = scene;
  const copy = (to: string, ...flags: string[]) => scene.run('copy', '-q', ...flags, scene.source, to);
  await scene.run('copy', '-q', scene.source, `dir:${dir.join('image')}`);
  await scene.run('copy', '-q', scene.source, `oci-archive:${dir.join('a.tar')}`);
  await mkdir(dir.join('prom'));
  await writeFile(dir.join('prom', 'other.prom'), '# HELP backup_age_seconds -\nbackup_age_seconds 3\n');
  await writeFile(dir.join('m.yml'), FILE.replace('HOST', '127.0.0.1:9'));
  const precious = [
    ...['m.yml', 'a.tar', 'prom/other.prom', 'image/manifest.json', 'image/version'].map((name) => dir.join(name)),
    join(layout.path, 'index.json'),
  ];
  const bytes = async () => Promise.all(precious.map(async (path) => (await readFile(path)).toString('base64')));
  const before = await bytes();
  const sync = (...flags: string[]) => scene.run('sync', '--file', 'm.yml', ...flags);
  const ended = [
    await sync('--report', 'm.yml'),
    await sync('--report', 'image/manifest.json'),
    await sync('--report', 'image/report.json'),
    await sync('--digestfile', join(layout.path, 'index.json')),
    await sync('--events', join(layout.path, 'blobs', 'sha256', 'events')),
    await copy(`oci-archive:${dir.join('a.tar')}`, '--events', 'a.tar'),
    await copy(`dir:${dir.join('new')}`, '--events', 'image/version'),
    await copy(`dir:${dir.join('new')}`, '--metrics-textfile', 'prom/other.prom'),
  ];
  for (const { exitCode, stderr } of ended) assert.equal(exitCode, 64, stderr);
  assert.deepEqual(await bytes(), before);
});

test('a copy needs no space for a digest that nobody asked for', { skip: NEEDS_ROOT }, async () => {
  await using small = await tempDir('full-temporary');
  await using _disk = await mountSmallDisk(small.path, { sizeKiB: 8 });
  await writeFile(small.join('full'), Buffer.alloc(8 * 1024));
  await using scene = await openScene({ TMPDIR: small.path });
  const { exitCode, stderr } = await scene.start('copy', '-q', scene.source, `dir:${scene.dir.join('out')}`).result;
  assert.equal(exitCode, 0, stderr);
});

test('a command line that cannot be meant is refused, and is no run of the job', async () => {
  await using scene = await openScene();
  await mkdir(scene.dir.join('taken'));
  await writeFile(scene.dir.join('m.yml'), FILE.replace('HOST', '127.0.0.1:9'));
  const refusals: readonly (readonly [flags: readonly string[], message: RegExp])[] = [
    [['--lock', 'banana'], /--lock: "banana" is not valid/],
    [['--shard', '4/4'], /"4\/4" is not a shard/],
    [['--retry-times', '5'], /--retry-times has no effect beside --file/],
    [['--dest-creds', 'u:secret'], /--dest-creds has no effect beside --file/],
    [['--check', '--all'], /--all has no effect beside --file/],
    [['--dry-run', '--report', 'r'], /--report has no effect beside --dry-run/],
    [['--plan-only', '--digestfile', 'd'], /--digestfile has no effect beside --plan-only/],
    [['--dry-run', '--lock', 'wait'], /--lock has no effect beside --dry-run/],
    [['--dry-run', '--events', 'e'], /--events has no effect beside --dry-run/],
    [['--check', '--report', 'r'], /--report has no effect beside --check/],
    [['--check', '--dry-run'], /--dry-run has no effect beside --check/],
    [['--check', '--show-config'], /--show-config has no effect beside --check/],
    [['--show-config', '--prune'], /--prune has no effect beside --show-config/],
    [['--prune', '--images', 'list'], /--prune has no effect beside --images/],
    [['--check', '--shard', '4/4'], /"4\/4" is not a shard/],
    [['--check', '--images', 'gone'], /cannot read gone/],
    [['--check', '--no-state', '--prune'], /prune needs a job name and a state directory/],
  ];
  for (const [flags, message] of refusals) {
    const refused = await scene.run('sync', '--file', 'm.yml', ...flags);
    assert.equal(refused.exitCode, 64, flags.join(' '));
    assert.match(refused.stderr, message);
    assert.doesNotMatch(refused.stderr, /secret/);
  }
  const skopeoForm = ['--src', 'docker', '--dest', 'dir', '127.0.0.1:9/app', 'out'];
  assert.equal((await scene.run('sync', '--show-config', ...skopeoForm)).exitCode, 64);
  assert.match((await scene.run('status')).stdout, /^0 jobs/);
});

test('--check of a whole command line says that it can be run, and warns of registries that nothing uses', async () => {
  await using scene = await openScene({ SKOPEO_WRAPPER_EVENTS: 'events' });
  const yaml = `registries: { "quay.oi": { parallel: 2 } }\n${FILE.replace('HOST', 'quay.io')}`;
  await writeFile(scene.dir.join('m.yml'), yaml);
  await writeFile(scene.dir.join('list'), `quay.io/app:1 dir:${scene.dir.join('out/1')}\n`);
  const check = ['sync', '--file', 'm.yml', '--check', '--shard', '0/2', '--parallel', '3', '--images', 'list'];
  const valid = await scene.run(...check);
  assert.deepEqual([valid.exitCode, valid.stdout], [0, 'valid: 1 source\n'], valid.stderr);
  assert.match(
    valid.stderr,
    /^skopeo-wrapper: warning: \S+m\.yml:1:15: "registries\.quay\.oi": no source and no destination is there; did you mean "quay\.io"\?\n$/,
  );
  const quiet = await scene.run(...check, '--quiet');
  assert.deepEqual([quiet.exitCode, quiet.stdout, quiet.stderr], [0, '', '']);
  const run = await scene.run('sync', '--file', 'm.yml', '--images', '/dev/null');
  assert.equal(run.stderr.match(/quay\.oi/g)?.length, 1, run.stderr);
});

test('a run that --lock skip let stand aside is no success of its job', async () => {
  await using scene = await openScene();
  await writeFile(scene.dir.join('m.yml'), FILE.replace('HOST', '127.0.0.1:9'));
  await using lock = await takeJobLock(join(scene.stateDir, 'sync'), 'files', 'fail', new AbortController().signal);
  assert.ok(lock !== undefined);
  const textfile = ['--metrics-textfile', scene.dir.join('own.prom')];
  const skipped = await scene.run('sync', '--file', 'm.yml', '--lock', 'skip', ...textfile);
  assert.equal(skipped.exitCode, 0, skipped.stderr);
  assert.match(skipped.stderr, /another run of this job is under way; nothing was done/);
  const samples = await scene.metrics();
  assert.deepEqual(
    [...samples.keys()].filter((series) => series.includes('job_name="files"')),
    [],
  );
  assert.doesNotMatch(await readFile(scene.dir.join('own.prom'), 'utf8'), /job_name="files"/);
});

const REF_NAME = 'org.opencontainers.image.ref.name';

test('runs side by side lose no image of one OCI layout', async () => {
  await using scene = await openScene();
  await using registry = await startRegistry();
  const tags = ['1', '2', '3', '4', '5', '6'];
  for (const tag of tags) await registry.seed(scene.source, `app:${tag}`);
  const layout = scene.dir.join('layout');
  const registries = `registries: { "${registry.host}": { tls-verify: false } }\n`;
  const image = `images: [{ source: '${registry.host}/app', destination: 'oci:${layout}:{{tag}}' }]\n`;
  await writeFile(scene.dir.join('m.yml'), registries + image);
  const runs = await Promise.all(
    tags.map(async (tag) => {
      await writeFile(scene.dir.join(tag), `${registry.host}/app:${tag} oci:${layout}:${tag}\n`);
      return scene.run('sync', '--file', 'm.yml', '--images', tag);
    }),
  );
  for (const { exitCode, stderr } of runs) assert.equal(exitCode, 0, stderr);
  const { manifests } = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'));
  const names = manifests.map((manifest: { annotations?: Record<string, string> }) => manifest.annotations?.[REF_NAME]);
  assert.deepEqual(
    tags.filter((tag) => !names.includes(tag)),
    [],
  );
});

test('--show-config --json is one line of JSON', async () => {
  await using scene = await openScene();
  await writeFile(scene.dir.join('m.yml'), `registries: { r.example: { password: hush } }\n${FILE}`);
  const { stdout } = await scene.run('sync', '--file', 'm.yml', '--show-config', '--json');
  assert.equal(JSON.parse(stdout).job, 'files');
  assert.doesNotMatch(stdout, /hush/);
});

test('with --metrics-strict a memory that cannot be kept is told by the status, without it is not', async () => {
  await using scene = await openScene();
  await using registry = await startRegistry();
  await registry.seed(scene.source, 'app:1');
  const yaml = `registries: { "${registry.host}": { tls-verify: false } }\n${FILE.replace('HOST', registry.host)}`;
  await writeFile(scene.dir.join('m.yml'), yaml);
  await mkdir(scene.stateDir, { recursive: true });
  await writeFile(join(scene.stateDir, 'sync'), 'not a directory');
  const strict = await scene.run('sync', '--file', 'm.yml', '--metrics-strict');
  assert.equal(strict.exitCode, 74, strict.stderr);
  assert.match(strict.stderr, /warning: what this run found out could not be kept/);
  assert.ok(existsSync(scene.dir.join('out', '1', 'manifest.json')), 'the copy is done all the same');
  assert.equal((await scene.run('sync', '--file', 'm.yml')).exitCode, 0);
  await rm(join(scene.stateDir, 'sync'));
  assert.equal((await scene.run('sync', '--file', 'm.yml', '--metrics-strict')).exitCode, 0);
});

test('a report that cannot be written at the end is told by the status, and the run counts', {
  skip: NEEDS_ROOT,
}, async () => {
  await using scene = await openScene();
  await using registry = await startRegistry();
  await using _disk = await mountSmallDisk(scene.dir.join('small'), { sizeKiB: 4 });
  await registry.seed(scene.source, 'app:1');
  await writeFile(scene.dir.join('small', 'full'), Buffer.alloc(4096));
  const yaml = `registries: { "${registry.host}": { tls-verify: false } }\n${FILE.replace('HOST', registry.host)}`;
  await writeFile(scene.dir.join('m.yml'), yaml);
  const run = await scene.run('sync', '--file', 'm.yml', '--report', 'small/report.json', '--digestfile', 'digests');
  assert.equal(run.exitCode, 74, run.stderr);
  assert.match(run.stderr, /--report could not be written: ENOSPC/);
  assert.ok(existsSync(scene.dir.join('out', '1', 'manifest.json')));
  assert.ok(existsSync(scene.dir.join('digests')));
  assert.match((await scene.run('status')).stdout, /files +ok/);
});

test('a plan that a signal ends is no bug', async () => {
  await using scene = await openScene();
  await using registry = await startRegistry();
  await using proxy = await startProxy(registry, { rules: [{ match: { path: /\/tags\// }, do: { silent: true } }] });
  const yaml = `registries: { "${proxy.host}": { tls-verify: false } }\n${FILE.replace('HOST', proxy.host)}`;
  await writeFile(scene.dir.join('m.yml'), yaml);
  const running = scene.start('sync', '--file', 'm.yml', '--dry-run');
  await waitFor('the question', () => proxy.count({ path: /\/tags\// }) > 0);
  running.kill('SIGTERM');
  const { exitCode, stderr } = await running.result;
  assert.equal(exitCode, 143, stderr);
  assert.match(stderr, /canceled by SIGTERM, before the plan was made/);
});
