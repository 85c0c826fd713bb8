import assert from 'node:assert/strict';
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { renderPlan } from '../../../src/display/sync/render-plan.ts';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import type { SyncJob } from '../../../src/sync/job.ts';
import { planSync } from '../../../src/sync/plan-sync.ts';
import type { SkopeoPort } from '../../../src/sync/ports.ts';
import { runSync, type SyncContext } from '../../../src/sync/sync.ts';
import { createLayout, HOST_PLATFORM, type OciLayout } from '../../support/images.ts';
import { type RegistryProxy, startProxy } from '../../support/proxy.ts';
import { type Registry, startRegistry } from '../../support/registry.ts';
import { mustSkopeo, privateHome } from '../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';
import { realContext } from '../support/context.ts';
import { realSkopeo } from '../support/real-skopeo.ts';

const OTHER = HOST_PLATFORM.architecture === 'amd64' ? 'arm64' : 'amd64';
const TAGS = 4;

const resources = new AsyncDisposableStack();
let dir: TempDir;
let layout: OciLayout;
let source: Registry;
let destination: Registry;
/** Both registries behind proxies that count, as a registry would. */
let from: RegistryProxy;
let to: RegistryProxy;

before(async () => {
  dir = resources.use(await tempDir('unchanged'));
  source = resources.use(await startRegistry());
  destination = resources.use(await startRegistry());
  from = resources.use(await startProxy(source));
  to = resources.use(await startProxy(destination));
  layout = await createLayout(dir.join('layout'));
  const layers = [{ sizeBytes: 2000 }];
  await layout.addImage('single', { layers });
  await layout.addIndex('multi', [{ layers }, { layers, platform: { os: 'linux', architecture: OTHER } }]);
  for (let tag = 0; tag < TAGS; tag++) await source.seed(layout.reference('multi'), `many/app:${tag}`);
});
after(() => resources.disposeAsync());

const job = (body: string): SyncJob => {
  const text = `registries:\n  "${from.host}": { tls-verify: false }\n  "${to.host}": { tls-verify: false }\n${body}`;
  return loadSyncFile('/mirror.yml', text, {}).job;
};

/** Effects whose skopeo must not be asked; `but` names what it may do. */
const withoutSkopeo = (directory: TempDir, ...but: (keyof SkopeoPort)[]): SyncContext => {
  const real = realSkopeo(privateHome(directory.path));
  const refuse = async () => assert.fail('skopeo was asked');
  const skopeo: SkopeoPort = {
    copyImage: refuse,
    inspectRaw: refuse,
    listTags: refuse,
    createdAt: refuse,
    deleteImage: refuse,
    ...Object.fromEntries(but.map((name) => [name, real[name]])),
  };
  return realContext(directory, { skopeo, stateDirectory: directory.join('state') });
};

/** Pulls as Docker Hub counts them: GETs of manifests. */
const pulls = (): number => from.count({ method: 'GET', path: /\/manifests\// });
const requests = (): number => from.requests.length + to.requests.length;

const outcomes = async (what: SyncJob, context: SyncContext): Promise<Record<string, number>> => {
  const report = await runSync(what, context);
  assert.equal(report?.exitCode, 0, JSON.stringify(report));
  const { copied, unchanged } = report.totals;
  return { copied, unchanged };
};

test('unchanged images cost one request on each side and no pull', async () => {
  await using own = await tempDir('unchanged-all');
  const many = job(`images:\n  - { source: "${from.host}/many/app", destination: "${to.host}/all/app" }\n`);
  const context = withoutSkopeo(own, 'copyImage');
  assert.deepEqual(await outcomes(many, context), { copied: TAGS, unchanged: 0 });

  const [requestsBefore, pullsBefore] = [requests(), pulls()];
  assert.deepEqual(await outcomes(many, withoutSkopeo(own)), { copied: 0, unchanged: TAGS });
  assert.equal(pulls() - pullsBefore, 0);
  const overhead = 2 * 2 + 1; // how each registry wants to be spoken to (HTTPS is tried first, and fails), and the tags
  assert.ok(requests() - requestsBefore <= 2 * TAGS + overhead, `${requests() - requestsBefore} requests`);
});

test('a changed tag is copied, the others are not', async () => {
  await using own = await tempDir('unchanged-one');
  for (const tag of ['a', 'b']) await source.seed(layout.reference('multi'), `changing/app:${tag}`);
  const changing = job(
    `images:\n  - { source: "${from.host}/changing/app", destination: "${to.host}/changing/app" }\n`,
  );
  assert.deepEqual(await outcomes(changing, withoutSkopeo(own, 'copyImage')), { copied: 2, unchanged: 0 });
  await source.seed(layout.reference('single'), 'changing/app:b');
  assert.deepEqual(await outcomes(changing, withoutSkopeo(own, 'copyImage')), { copied: 1, unchanged: 1 });
  assert.equal(
    await destination.client.manifestDigest('changing/app', 'b'),
    await source.client.manifestDigest('changing/app', 'b'),
  );
});

const ONE_PLATFORM = {
  'the platform of this machine': 'system',
  'one platform': `[linux/${OTHER}]`,
  'a converted format': 'system, format: v2s2',
};

for (const [name, platforms] of Object.entries(ONE_PLATFORM)) {
  test(`like is compared with like, and no pull is made for it twice: ${name}`, async () => {
    await using own = await tempDir('unchanged-platform');
    const repository = `platform/${name.replaceAll(' ', '-')}`;
    await source.seed(layout.reference('multi'), `${repository}:multi`);
    await source.seed(layout.reference('single'), `${repository}:single`);
    const one = job(
      `images:\n  - { source: "${from.host}/${repository}", destination: "${to.host}/{{path}}", platforms: ${platforms} }\n`,
    );
    assert.deepEqual(await outcomes(one, withoutSkopeo(own, 'copyImage')), { copied: 2, unchanged: 0 });
    const pullsBefore = pulls();
    assert.deepEqual(await outcomes(one, withoutSkopeo(own)), { copied: 0, unchanged: 2 });
    assert.equal(pulls() - pullsBefore, 0);
  });
}

test('what a stranger copied is recognized by one look into the index, and remembered', async () => {
  await using own = await tempDir('unchanged-stranger');
  await source.seed(layout.reference('multi'), 'stranger/app:1');
  const trust = ['--src-tls-verify=false', '--dest-tls-verify=false'];
  await mustSkopeo(['copy', ...trust, source.reference('stranger/app:1'), destination.reference('stranger/app:1')], {
    env: privateHome(own.path),
  });
  const system = job(
    `images:\n  - { source: "${from.host}/stranger/app", destination: "${to.host}/{{path}}", platforms: system }\n`,
  );
  const before = pulls();
  assert.deepEqual(await outcomes(system, withoutSkopeo(own)), { copied: 0, unchanged: 1 });
  assert.equal(pulls() - before, 1);
  assert.deepEqual(await outcomes(system, withoutSkopeo(own)), { copied: 0, unchanged: 1 });
  assert.equal(pulls() - before, 1);
});

test('a destination that holds the whole index is not what one platform leaves there', async () => {
  await using own = await tempDir('unchanged-whole');
  await source.seed(layout.reference('multi'), 'whole/app:1');
  await destination.seed(layout.reference('multi'), 'whole/app:1');
  const entry = `source: "${from.host}/whole/app", destination: "${to.host}/{{path}}"`;
  assert.deepEqual(await outcomes(job(`images:\n  - { ${entry} }\n`), withoutSkopeo(own)), { copied: 0, unchanged: 1 });
  const system = job(`images:\n  - { ${entry}, platforms: system }\n`);
  assert.deepEqual(await outcomes(system, withoutSkopeo(own, 'copyImage')), { copied: 1, unchanged: 0 });
});

test('immutable tags cost no request at all once they are copied', async () => {
  await using own = await tempDir('unchanged-immutable');
  await source.seed(layout.reference('single'), 'fixed/app:1.0');
  const fixed = job(
    `images:\n  - { source: "${from.host}/fixed/app", destination: "${to.host}/{{path}}", tags: ["1.0"], immutable: ["*"] }\n`,
  );
  assert.deepEqual(await outcomes(fixed, withoutSkopeo(own, 'copyImage')), { copied: 1, unchanged: 0 });
  const before = requests();
  assert.deepEqual(await outcomes(fixed, withoutSkopeo(own)), { copied: 0, unchanged: 1 });
  assert.equal(requests(), before);
});

test('an immutable tag that is found unchanged once is not asked for again', async () => {
  await using own = await tempDir('unchanged-settled');
  await source.seed(layout.reference('single'), 'settled/app:1.0');
  await destination.seed(layout.reference('single'), 'settled/app:1.0');
  const fixed = job(
    `images:\n  - { source: "${from.host}/settled/app", destination: "${to.host}/{{path}}", tags: ["1.0"], immutable: ["*"] }\n`,
  );
  assert.deepEqual(await outcomes(fixed, withoutSkopeo(own)), { copied: 0, unchanged: 1 });
  const before = requests();
  assert.deepEqual(await outcomes(fixed, withoutSkopeo(own)), { copied: 0, unchanged: 1 });
  assert.equal(requests(), before);
});

test('several platforms arrive as an index of just these, and stay unchanged', async () => {
  await using own = await tempDir('unchanged-several');
  const platform = (architecture: string) => ({ os: 'linux', architecture });
  const images = ['amd64', 'arm64', 's390x'].map((name) => ({
    layers: [{ sizeBytes: 3000, seed: name }],
    platform: platform(name),
  }));
  await layout.addIndex('three', images);
  await source.seed(layout.reference('three'), 'several/app:1');
  const several = job(
    `images:\n  - { source: "${from.host}/several/app", destination: "${to.host}/{{path}}", platforms: [linux/amd64, linux/s390x] }\n`,
  );
  assert.deepEqual(await outcomes(several, withoutSkopeo(own, 'copyImage')), { copied: 1, unchanged: 0 });
  const index = JSON.parse((await destination.client.manifest('several/app', '1')).toString());
  assert.deepEqual(
    index.manifests.map((one: { platform: { architecture: string } }) => one.platform.architecture),
    ['amd64', 's390x'],
  );
  const before = pulls();
  assert.deepEqual(await outcomes(several, withoutSkopeo(own)), { copied: 0, unchanged: 1 });
  assert.equal(pulls() - before, 0);
});

test('platforms that a source does not have are told by plan and report, in every run', async () => {
  await using own = await tempDir('unchanged-missing');
  await source.seed(layout.reference('multi'), 'missing/app:1');
  const lacking = job(
    `images:\n  - { source: "${from.host}/missing/app", destination: "${to.host}/{{path}}", platforms: [linux/amd64, linux/s390x] }\n`,
  );
  const context = withoutSkopeo(own, 'copyImage');
  const plan = await planSync(lacking, context);
  assert.deepEqual(plan.images[0]?.missingPlatforms, ['linux/s390x']);
  assert.match(renderPlan(plan), /\(every tag\), lacks linux\/s390x\n.*; 1 image lacks linux\/s390x\n$/s);
  for (const outcome of ['copied', 'unchanged', 'unchanged']) {
    const report = await runSync(lacking, outcome === 'copied' ? context : withoutSkopeo(own));
    assert.equal(report?.images[0]?.outcome, outcome);
    assert.deepEqual(report.images[0].missingPlatforms, ['linux/s390x']);
  }
});

test('an index of nothing but the platforms wanted stays unchanged', async () => {
  await using own = await tempDir('unchanged-just-these');
  await source.seed(layout.reference('multi'), 'just/app:1');
  const just = job(
    `images:\n  - { source: "${from.host}/just/app", destination: "${to.host}/{{path}}", platforms: [linux/amd64, linux/arm64] }\n`,
  );
  assert.deepEqual(await outcomes(just, withoutSkopeo(own, 'copyImage')), { copied: 1, unchanged: 0 });
  assert.deepEqual(await outcomes(just, withoutSkopeo(own)), { copied: 0, unchanged: 1 });
});

const LOCAL = {
  directories: 'dir:BASE/{{name}}',
  'an OCI layout': 'oci:BASE/layout:{{name}}-{{tag}}',
  'OCI archives': 'oci-archive:BASE/{{name}}-{{tag}}.tar',
  'Docker archives': 'docker-archive:BASE/{{name}}-{{tag}}.tar',
};

for (const [name, template] of Object.entries(LOCAL)) {
  test(`local destinations are left alone when nothing changed, and replaced when it did: ${name}`, async () => {
    await using own = await tempDir('unchanged-local');
    const repository = `local/${name.replaceAll(' ', '-').toLowerCase()}`;
    for (const tag of ['a', 'b', 'c']) await source.seed(layout.reference('multi'), `${repository}:${tag}`);
    const target = template.replace('BASE', own.join('out'));
    const local = job(
      `images:\n  - { source: "${from.host}/${repository}", destination: "${target}", platforms: system }\n`,
    );
    assert.deepEqual(await outcomes(local, withoutSkopeo(own, 'copyImage')), { copied: 3, unchanged: 0 });
    assert.deepEqual(await outcomes(local, withoutSkopeo(own)), { copied: 0, unchanged: 3 });
    await source.seed(layout.reference('single'), `${repository}:b`);
    assert.deepEqual(await outcomes(local, withoutSkopeo(own, 'copyImage')), { copied: 1, unchanged: 2 });
  });
}

for (const [what, template] of [
  ['a directory', 'dir:BASE/copy'],
  ['a layout', 'oci:BASE/copy:1'],
] as const) {
  test(`${what} that lost a blob is copied again, one with wrong bytes when all are verified`, async () => {
    await using own = await tempDir('unchanged-broken');
    await source.seed(layout.reference('multi'), 'broken/app:1');
    const one = job(
      `images:\n  - { source: "${from.host}/broken/app:1", immutable: ['*'], destination: "${template.replace('BASE', own.path)}" }\n`,
    );
    const run = async (verify = false) => {
      const report = await runSync(one, { ...realContext(own), stateDirectory: own.join('state') }, { verify });
      assert.equal(report?.exitCode, 0, JSON.stringify(report));
      return report.totals.copied;
    };
    assert.deepEqual([await run(), await run(), await run(true)], [1, 0, 0]);
    const files = await readdir(own.join('copy'), { recursive: true, withFileTypes: true });
    const sized = await Promise.all(
      files.map(async (file) => {
        const path = join(file.parentPath, file.name);
        return { path, size: file.isFile() ? (await stat(path)).size : 0 };
      }),
    );
    const largest = sized.toSorted((a, b) => b.size - a.size)[0]?.path ?? '';
    const whole = await readFile(largest);
    await rm(largest);
    assert.deepEqual([await run(), await run()], [1, 0]);
    await truncate(largest, 100);
    assert.deepEqual([await run(), await run()], [1, 0]);
    await writeFile(largest, Buffer.alloc(whole.length));
    assert.deepEqual([await run(), await run(true), await run(true)], [0, 1, 0]);
    assert.deepEqual(await readFile(largest), whole);
  });
}
