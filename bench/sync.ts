import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { execa } from 'execa';
import { createLayout } from '../test/support/images.ts';
import { startProxy } from '../test/support/proxy.ts';
import { type Registry, startRegistry } from '../test/support/registry.ts';
import { privateHome, SKOPEO } from '../test/support/skopeo.ts';
import { type TempDir, tempDir } from '../test/support/temp.ts';
import { openLink } from './sync/link.ts';

/**
 * Compares the engine of `sync` with `skopeo sync`: the same images, first time and unchanged, over links with a delay.
 * skopeo sync copies one image after the other, so that it is measured on a part of the images and its time multiplied.
 *
 *     npm run build && node bench/sync.ts [--images 200] [--sample 20] [--round-trips 0,20,100] [--parallel 8]
 */
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '200' },
    sample: { type: 'string', default: '20' },
    'round-trips': { type: 'string', default: '0,20,100' },
    parallel: { type: 'string', default: '8' },
  },
});
const IMAGES = Number(values.images);
const SAMPLE = Math.min(Number(values.sample), IMAGES);
const TAGS_PER_REPOSITORY = 20;
const USER = { me: 'secret' };
/** The program as it is shipped: one bundled file. */
const OURS = new URL('../bin/run.js', import.meta.url).pathname;

const ourArguments = (configuration: string, home: string): readonly string[] => [
  OURS,
  'sync',
  '--file',
  configuration,
  '--state-dir',
  `${home}/state`,
];

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const nameOf = (number: number): string =>
  `team/app${Math.floor(number / TAGS_PER_REPOSITORY)}:${number % TAGS_PER_REPOSITORY}`;

/** Images as they are in life: one base for all, one layer for each repository, one of its own. */
const seed = async (registry: Registry, dir: TempDir): Promise<number> => {
  const layout = await createLayout(dir.join('layout'));
  const sizes = new Map<string, number>();
  for (let number = 0; number < IMAGES; number++) {
    const repository = Math.floor(number / TAGS_PER_REPOSITORY);
    const layers = [
      { sizeBytes: 2_000_000, seed: 'base' },
      { sizeBytes: 500_000, seed: `repository${repository}` },
      { sizeBytes: 100_000, seed: `image${number}` },
    ];
    const image = await layout.addImage(`${number}`, { layers, seed: `${number}` });
    for (const { digest, sizeBytes } of [...image.layers, image.config]) sizes.set(digest, sizeBytes);
    await registry.seed(layout.reference(`${number}`), nameOf(number));
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
};

const timed = async (command: string, args: readonly string[], env: Record<string, string>): Promise<Timed> => {
  const startedMs = performance.now();
  const { stderr } = await execa('bash', ['-c', 'time "$0" "$@"', command, ...args], {
    env: { PATH: process.env.PATH ?? '', TIMEFORMAT: 'cpu %U %S', ...env },
    extendEnv: false,
  });
  const summary = /^sync: .*$/m.exec(stderr)?.[0];
  if (summary !== undefined) console.log(`  ${summary}`);
  const [, user = '0', system = '0'] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr) ?? [];
  return { seconds: (performance.now() - startedMs) / 1000, cpuSeconds: Number(user) + Number(system) };
};

const skopeoYaml = (host: string, count: number, certDir?: string): string => {
  const repositories = new Map<string, string[]>();
  for (let number = 0; number < count; number++) {
    const [repository = '', tag = ''] = nameOf(number).split(':');
    repositories.set(repository, [...(repositories.get(repository) ?? []), tag]);
  }
  const images = [...repositories].map(([name, tags]) => `    ${name}: [${tags.map((tag) => `"${tag}"`).join(', ')}]`);
  const trust =
    certDir === undefined
      ? '  tls-verify: false'
      : `  cert-dir: ${certDir}\n  credentials: { username: me, password: secret }`;
  return `"${host}":\n${trust}\n  images:\n${images.join('\n')}\n`;
};

const ourYaml = (from: string, to: string, source: Registry, destination: Registry): string => {
  const access = (registry: Registry) =>
    registry.certDir === undefined
      ? 'tls-verify: false'
      : `cert-dir: ${registry.certDir}, username: me, password: secret`;
  const repositories = [...new Set(Array.from({ length: IMAGES }, (_, number) => nameOf(number).split(':')[0]))];
  return [
    `job: bench\nparallel: ${values.parallel}\ndefaults: { destination: "${to}/ours/{{path}}" }`,
    `registries:\n  "${from}": { ${access(source)} }\n  "${to}": { ${access(destination)} }`,
    'images:',
    ...repositories.map((name) => `  - source: "${from}/${name}"`),
  ].join('\n');
};

const row = (cells: readonly (string | number)[]): void =>
  console.log(cells.map((cell, index) => String(cell).padEnd(index === 0 ? 26 : 14)).join(''));

const figures = ({ seconds, cpuSeconds }: Timed): string => `${seconds.toFixed(2)} (${cpuSeconds.toFixed(1)})`;

/** First time and unchanged, at one round trip. */
const measure = async (source: Registry, dir: TempDir, roundTripMs: number): Promise<void> => {
  await using destination = await startRegistry({ tls: true, tokenAuth: { users: USER, anonymousPull: true } });
  await using from = await openLink(source.port, roundTripMs);
  await using to = await openLink(destination.port, roundTripMs);
  await using theirHome = await tempDir('bench-theirs');
  await using ourHome = await tempDir('bench-ours');
  await writeFile(dir.join('sync.yml'), skopeoYaml(from.host, SAMPLE, source.certDir));
  await writeFile(dir.join('mirror.yml'), ourYaml(from.host, to.host, source, destination));

  const flags = ['--dest-cert-dir', destination.certDir ?? '', '--dest-creds', 'me:secret', '--preserve-digests'];
  const sync = ['sync', '--src', 'yaml', '--dest', 'docker', '--all', ...flags];
  const theirs = async (): Promise<Timed> => {
    const args = [...sync, dir.join('sync.yml'), `${to.host}/theirs`];
    const { seconds, cpuSeconds } = await timed(SKOPEO, args, privateHome(theirHome.path));
    const factor = IMAGES / SAMPLE;
    return { seconds: seconds * factor, cpuSeconds: cpuSeconds * factor };
  };
  const ours = () =>
    timed(process.execPath, ourArguments(dir.join('mirror.yml'), ourHome.path), privateHome(ourHome.path));
  for (const what of ['first time', 'unchanged']) {
    const their = await theirs();
    const our = await ours();
    row([
      `${what}, ${roundTripMs} ms`,
      figures(their),
      figures(our),
      `${(their.seconds / our.seconds).toFixed(1)} times`,
    ]);
  }
};

/** Requests and pulls, counted by plain proxies at no delay. */
const count = async (dir: TempDir, distinctBytes: number, seeded: Registry): Promise<void> => {
  await using destination = await startRegistry();
  await using from = await startProxy(seeded, {});
  await using to = await startProxy(destination, {});
  await using home = await tempDir('bench-count');
  await writeFile(dir.join('count.yml'), ourYaml(from.host, to.host, seeded, destination));
  const pulls = () => from.count({ method: 'GET', path: /\/manifests\// });
  const requests = () => from.requests.length + to.requests.length;
  for (const what of ['first time', 'unchanged']) {
    const before = [requests(), pulls()] as const;
    await execa(process.execPath, ourArguments(dir.join('count.yml'), home.path), { env: privateHome(home.path) });
    row([`${what}, requests an image`, ((requests() - before[0]) / IMAGES).toFixed(2), `pulls ${pulls() - before[1]}`]);
  }
  const uploaded = to.requests
    .filter(({ method }) => method === 'PATCH' || method === 'PUT')
    .reduce((sum, { upBytes }) => sum + upBytes, 0);
  row(['bytes sent / distinct', (uploaded / distinctBytes).toFixed(3)]);
};

await using dir = await tempDir('bench-sync');
await using plain = await startRegistry();
const distinctBytes = await seed(plain, dir);
await using source = await startRegistry({ tls: true, tokenAuth: { users: USER, anonymousPull: true } });
const layout = `oci:${dir.join('layout')}`;
for (let number = 0; number < IMAGES; number++) await source.seed(`${layout}:${number}`, nameOf(number));
console.log(
  `${IMAGES} images, ${(distinctBytes / 1e6).toFixed(0)} MB; wall seconds (CPU seconds); skopeo sync measured on ${SAMPLE} images`,
);
row(['', 'skopeo sync', 'ours', 'ratio']);
for (const roundTripMs of (values['round-trips'] ?? '').split(',').map(Number)) await measure(source, dir, roundTripMs);
await count(dir, distinctBytes, plain);
