import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { jobFromSkopeoOptions, type SyncRequest } from '../../../src/sync/from-skopeo-options.ts';
import { runSync } from '../../../src/sync/sync.ts';
import { createLayout, HOST_PLATFORM, type MadeImage, type MadeIndex } from '../../support/images.ts';
import { type Registry, startRegistry } from '../../support/registry.ts';
import { sample } from '../../support/sample.ts';
import { mustSkopeo, privateHome, skopeo } from '../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';
import { realContext } from '../support/context.ts';

/** One configuration: the same request for both; HOST, DIGEST and IMAGES are filled in. */
interface Case {
  readonly source?: string;
  readonly yaml?: string;
  readonly from: 'docker' | 'dir' | 'yaml';
  readonly to: 'docker' | 'dir';
  /** Appended to the destination. */
  readonly below?: string;
  readonly options?: Partial<SyncRequest>;
  readonly flags?: readonly string[];
}

const resources = new AsyncDisposableStack();
let dir: TempDir;
let source: Registry;
let theirs: Registry;
let ours: Registry;
let hasSuffix: boolean;
let image: MadeImage;
let index: MadeIndex;

before(async () => {
  dir = resources.use(await tempDir('differential'));
  source = resources.use(await startRegistry());
  theirs = resources.use(await startRegistry());
  ours = resources.use(await startRegistry());
  hasSuffix = (await skopeo(['sync', '--help'])).stdout.includes('--append-suffix');
  const layout = await createLayout(dir.join('layout'));
  const layers = [{ sizeBytes: 3000 }, { sizeBytes: 500 }];
  image = await layout.addImage('one', { layers });
  await layout.addImage('two', { layers: [{ sizeBytes: 1000 }], seed: 'two' });
  const other = { os: 'linux', architecture: HOST_PLATFORM.architecture === 'amd64' ? 'arm64' : 'amd64' };
  index = await layout.addIndex('multi', [{ layers }, { layers, platform: other }]);
  for (const tag of ['1.0', '1.1', '2.0-rc1']) await source.seed(layout.reference('one'), `team/app:${tag}`);
  await source.seed(layout.reference('multi'), 'team/app:multi');
  await source.seed(layout.reference('two'), 'other/tool:latest');
  await source.seed(layout.reference('one'), 'other/tool:v2', ['--format', 'v2s2']);
  await mkdir(dir.join('images', 'team'), { recursive: true });
  await mustSkopeo(['copy', layout.reference('one'), `dir:${dir.join('images', 'team', 'app:1.0')}`]);
});
after(() => resources.disposeAsync());

const yaml = (body: string): string => `"HOST":\n  tls-verify: false\n${body}`;

const CASES: Readonly<Record<string, Case>> = {
  'one image': { from: 'docker', to: 'docker', source: 'HOST/team/app:1.0' },
  'one image by digest': { from: 'docker', to: 'docker', source: 'HOST/team/app@DIGEST' },
  'a repository': { from: 'docker', to: 'docker', source: 'HOST/team/app' },
  'a repository below a path': { from: 'docker', to: 'docker', source: 'HOST/team/app', below: '/mirror/x' },
  'a repository with whole indexes': {
    from: 'docker',
    to: 'docker',
    source: 'HOST/team/app',
    options: { all: true },
    flags: ['--all'],
  },
  'whole indexes with digests kept': {
    from: 'docker',
    to: 'docker',
    source: 'HOST/team/app',
    options: { all: true, preserveDigests: true },
    flags: ['--all', '--preserve-digests'],
  },
  'another platform': {
    from: 'docker',
    to: 'docker',
    source: 'HOST/team/app:multi',
    options: { systemPlatform: { architecture: HOST_PLATFORM.architecture === 'amd64' ? 'arm64' : 'amd64' } },
    flags: [`--override-arch=${HOST_PLATFORM.architecture === 'amd64' ? 'arm64' : 'amd64'}`],
  },
  'a suffix': {
    from: 'docker',
    to: 'docker',
    source: 'HOST/team/app',
    options: { appendSuffix: '-m' },
    flags: ['--append-suffix=-m'],
  },
  'another format': {
    from: 'docker',
    to: 'docker',
    source: 'HOST/other/tool',
    options: { format: 'v2s2' },
    flags: ['--format=v2s2'],
  },
  'a repository to a directory': { from: 'docker', to: 'dir', source: 'HOST/team/app' },
  'scoped to a directory': {
    from: 'docker',
    to: 'dir',
    source: 'HOST/team/app',
    options: { scoped: true },
    flags: ['--scoped'],
  },
  'a digest to a directory': { from: 'docker', to: 'dir', source: 'HOST/team/app@DIGEST' },
  'whole indexes to a directory': {
    from: 'docker',
    to: 'dir',
    source: 'HOST/team/app',
    options: { all: true },
    flags: ['--all'],
  },
  'a directory of images': { from: 'dir', to: 'docker', source: 'IMAGES' },
  'a directory of images, scoped': {
    from: 'dir',
    to: 'docker',
    source: 'IMAGES',
    options: { scoped: true },
    flags: ['--scoped'],
  },
  'a directory that is an image': { from: 'dir', to: 'docker', source: 'IMAGES/team/app:1.0' },
  'a list of tags and digests': {
    from: 'yaml',
    to: 'docker',
    yaml: yaml('  images:\n    team/app: ["1.0", "DIGEST"]\n    other/tool: [v2]\n'),
  },
  'tags that look like numbers': {
    from: 'yaml',
    to: 'docker',
    yaml: yaml('  images:\n    team/app:\n      - 1.0\n      - 1.1\n'),
  },
  'all tags of two repositories': {
    from: 'yaml',
    to: 'docker',
    yaml: yaml('  images:\n    team/app: []\n    other/tool:\n'),
  },
  'tags by expression': {
    from: 'yaml',
    to: 'docker',
    yaml: yaml('  images-by-tag-regex:\n    team/app: ^1\\.[01]$\n    other/tool: "(?i)^V"\n'),
  },
  'both kinds, scoped': {
    from: 'yaml',
    to: 'dir',
    options: { scoped: true },
    flags: ['--scoped'],
    yaml: yaml('  images:\n    other/tool: [latest]\n  images-by-tag-regex:\n    team/app: rc\n'),
  },
  'a list to a directory': { from: 'yaml', to: 'dir', yaml: yaml('  images:\n    team/app: ["1.0", multi]\n') },
};

const filled = (text: string): string =>
  text
    .replaceAll('HOST', source.host)
    .replaceAll('DIGEST', image.manifest.digest)
    .replaceAll('IMAGES', dir.join('images'));

/** Every tag with its digest, and every manifest digest that can be asked for. */
const registryContent = async (
  registry: Registry,
  prefix: string,
  digests: readonly string[],
): Promise<Record<string, string>> => {
  const catalog = JSON.parse((await registry.client.request('/v2/_catalog')).body.toString()) as {
    repositories: string[];
  };
  const content: Record<string, string> = {};
  for (const repository of catalog.repositories.filter((one) => one.startsWith(prefix))) {
    const { tags } = JSON.parse((await registry.client.request(`/v2/${repository}/tags/list`)).body.toString()) as {
      tags?: string[];
    };
    for (const tag of tags ?? [])
      content[`${repository}:${tag}`] = (await registry.client.manifestDigest(repository, tag)) ?? '';
    for (const digest of digests) {
      content[`${repository}@${digest}`] =
        (await registry.client.manifestDigest(repository, digest)) === undefined ? 'no' : 'yes';
    }
  }
  return content;
};

const directoryContent = async (path: string): Promise<Record<string, string>> => {
  const names = (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = names.map(async (entry) => {
    const file = join(entry.parentPath, entry.name);
    return [
      relative(path, file),
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
    ] as const;
  });
  return Object.fromEntries((await Promise.all(files)).toSorted());
};

const content = (of: Case, registry: Registry, path: string, prefix: string): Promise<Record<string, string>> => {
  const images = [image, index, ...index.images];
  const digests = images.map(({ manifest }) => manifest.digest);
  return of.to === 'dir' ? directoryContent(path) : registryContent(registry, prefix, digests);
};

for (const [number, [name, given]] of sample(Object.entries(CASES), 5).entries()) {
  test(`leaves what skopeo sync leaves: ${name}`, async (context) => {
    if (given.options?.appendSuffix !== undefined && !hasSuffix)
      return context.skip('needs a newer skopeo: npm run test:matrix');
    await using own = await tempDir('differential-case');
    const prefix = `case${number}`;
    const place = (registry: Registry, side: string) =>
      given.to === 'dir' ? own.join(side) : `${registry.host}/${prefix}${given.below ?? ''}`;
    const from = given.yaml === undefined ? filled(given.source ?? '') : own.join('sync.yml');
    if (given.yaml !== undefined) await writeFile(from, filled(given.yaml));

    const trust = ['--src-tls-verify=false', '--dest-tls-verify=false'];
    const global = (given.flags ?? []).filter((flag) => flag.startsWith('--override'));
    const flags = (given.flags ?? []).filter((flag) => !flag.startsWith('--override'));
    const transports = ['--src', given.from, '--dest', given.to];
    const args = [...global, 'sync', ...transports, ...trust, ...flags, from, place(theirs, 'theirs')];
    await mustSkopeo(args, { env: privateHome(own.path) });

    const access = { tlsVerify: false };
    const words: SyncRequest = {
      sourceTransport: given.from,
      destinationTransport: given.to,
      source: from,
      destination: place(ours, 'ours'),
      sourceAccess: access,
      destinationAccess: access,
      ...given.options,
    };
    const job = await jobFromSkopeoOptions(words, (path) => readFile(resolve(own.path, path), 'utf8'));
    const syncContext = realContext(own, { stateDirectory: own.join('state') });
    const first = await runSync(job, syncContext);
    assert.equal(first?.exitCode, 0, JSON.stringify(first));
    const expected = await content(given, theirs, own.join('theirs'), prefix);
    assert.notDeepEqual(expected, {});
    assert.deepEqual(await content(given, ours, own.join('ours'), prefix), expected);

    const again = await runSync(job, syncContext);
    assert.deepEqual(
      again?.images.map(({ outcome }) => outcome),
      first?.images.map(() => 'unchanged'),
    );
  });
}
