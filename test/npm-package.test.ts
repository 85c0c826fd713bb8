import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import pjson from '../package.json' with { type: 'json' };
import { bundleLibrary } from '../scripts/build.mjs';
import { publishedManifest } from '../scripts/npm-package.mjs';
import { randomLayers, writeOciImage } from '../scripts/support/image.ts';
import { type NpmRegistry, startNpmRegistry } from './support/npm-registry.ts';
import { IS_NIGHT } from './support/sequences.ts';
import { privateHome } from './support/skopeo.ts';
import { type TempDir, tempDir } from './support/temp.ts';

const root = resolve(import.meta.dirname, '..');
const exec = promisify(execFile);

/** A program of somebody else: copies and prints the result. `import` and `require` are put in front. */
const PROGRAM = `
const copying = copy({ source: 'oci:app:v1', destination: 'dir:' + process.argv[2], metrics });
const { outcome, blobs } = await copying.result;
const page = await metrics.text();
const counted = /^skopeo_operations_total\\{operation="copy",status="success"\\} (\\d+)$/m.exec(page)?.[1];
console.log(outcome, blobs.length, counted);
`;

const ESM = `import { copy, SkopeoMetrics } from 'skopeo-wrapper';
const metrics = new SkopeoMetrics();
${PROGRAM}`;

const COMMON_JS = `const { copy, SkopeoMetrics } = require('skopeo-wrapper');
const metrics = new SkopeoMetrics();
(async () => {${PROGRAM}})();`;

const TYPED = `import { Registry } from 'prom-client';
import { copy, OperationTracker, run, SkopeoMetrics, startMetricsServer, WrapperError, writeTextfile } from 'skopeo-wrapper';
import type { ErrorType, OperationEvent, RunResult } from 'skopeo-wrapper';

export const metrics = new SkopeoMetrics({ registry: new Registry() });
export const main = async (): Promise<RunResult> => {
  const copying = copy({ source: 'oci:a', destination: 'dir:b', metrics, onEvent: (event: OperationEvent) => event.type });
  for await (const event of copying) if (event.type === 'blob-read') event.blob.hex.toUpperCase();
  // @ts-expect-error: there is no such operation
  new OperationTracker({ operation: 'steal', source: 'oci:a', metrics }).succeed();
  // @ts-expect-error: one source of metrics, not two
  await startMetricsServer({ metrics, stateDirs: ['a'] });
  // @ts-expect-error: not for the public
  metrics.observer;
  await writeTextfile({ stateDirs: ['a'], path: 'b.prom' });
  return run(['inspect', 'oci:a']).result;
};
export const typeOf = (error: unknown): ErrorType | undefined =>
  error instanceof WrapperError ? error.errorType : undefined;
`;

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    module: 'NodeNext',
    target: 'ES2022',
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules/@types')],
  },
  files: ['typed.mts', 'typed.cts'],
};

const directoryOfBuilds = async (): Promise<string> => {
  const path = join(root, 'build');
  await mkdir(path, { recursive: true });
  return path;
};

describe('the npm package, put into an empty project and at night installed there', () => {
  let project: TempDir;
  let registry: NpmRegistry | undefined;
  let env: Readonly<Record<string, string>> = {};

  const inProject = async (program: string, ...argv: readonly string[]): Promise<string> => {
    const ending = exec(program, argv, { cwd: project.join('consumer'), env });
    const { stdout } = await ending.catch(({ message, stdout, stderr }) => assert.fail(`${message}${stdout}${stderr}`));
    return stdout.trim();
  };

  /** Without its types, and without npm. */
  const putInPlace = async (): Promise<void> => {
    const place = project.join('consumer/node_modules/skopeo-wrapper');
    const manifest = publishedManifest(pjson, await bundleLibrary(join(place, 'dist')));
    await writeFile(join(place, 'package.json'), JSON.stringify(manifest));
  };

  const install = async (): Promise<void> => {
    await exec(process.execPath, ['scripts/npm-package.mjs', project.path], { cwd: root });
    const tarball = project.join(`skopeo-wrapper-${pjson.version}.tgz`);
    await inProject('npm', 'install', '--no-audit', '--no-fund', tarball);
  };

  before(async () => {
    // Within ours, what the package depends on is found without being installed.
    project = await tempDir('npm-package', IS_NIGHT ? tmpdir() : await directoryOfBuilds());
    registry = IS_NIGHT ? await startNpmRegistry() : undefined;
    env = {
      ...privateHome(project.path),
      PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
      ...(registry && { npm_config_registry: registry.url }),
      npm_config_update_notifier: 'false',
    };
    await mkdir(project.join('consumer'));
    await writeOciImage(project.join('consumer/app'), 'v1', randomLayers([30_000, 10_000]));
    const files = {
      'package.json': '{}',
      'esm.mjs': ESM,
      'common.cjs': COMMON_JS,
      'typed.mts': TYPED,
      'typed.cts': TYPED,
      'tsconfig.json': JSON.stringify(TSCONFIG),
    };
    for (const [name, content] of Object.entries(files)) await writeFile(project.join('consumer', name), content);
    await (IS_NIGHT ? install() : putInPlace());
  });
  after(async () => {
    await registry?.[Symbol.asyncDispose]();
    await project[Symbol.asyncDispose]();
  });

  const atNight = IS_NIGHT ? it : () => undefined;
  atNight('brings neither Node nor what only the program needs', async () => {
    const installed = await readdir(project.join('consumer/node_modules'));
    assert.ok(installed.includes('prom-client'));
    assert.deepEqual(
      installed.filter((name) => name === 'node' || name.startsWith('node-') || name.startsWith('@oclif')),
      [],
    );
    await assert.rejects(access(project.join('consumer/node_modules/skopeo-wrapper/src')));
  });

  it('works by import', async () => {
    assert.equal(await inProject(process.execPath, 'esm.mjs', 'copy-esm'), 'success 3 1');
  });

  it('works by require', async () => {
    assert.equal(await inProject(process.execPath, 'common.cjs', 'copy-common'), 'success 3 1');
  });

  atNight('has types that hold for strict users, in modules of both kinds', async () => {
    await inProject(join(root, 'node_modules/.bin/tsc'), '-p', '.');
  });

  atNight('has the program', async () => {
    const version = await inProject('npx', '--offline', 'skopeo-wrapper', '--version');
    assert.match(version, new RegExp(`^skopeo-wrapper/${pjson.version} `));
    await inProject('npx', '--offline', 'skopeo-wrapper', 'copy', '--no-state', 'oci:app:v1', 'dir:copy-program');
    await access(project.join('consumer/copy-program/manifest.json'));
  });
});

describe('the package.json of the sources', () => {
  it('cannot be packed by mistake', async () => {
    await assert.rejects(exec('npm', ['pack', '--dry-run'], { cwd: root }), /npm run package:npm/);
  });
});
