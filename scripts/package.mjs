/**
 * package.mjs [x64] [arm64]: makes build/skopeo-wrapper-linux-<arch>, executables that need no Node. Everything comes from
 * npm packages: Node itself from `node-linux-<arch>`. What did not change since the last time is not made again.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { BOOTS, buildProgram } from './build.mjs';
import { nodeModulesFor } from './setup/foreign-packages.mjs';
import { makeCodeCache, WARM_UP } from './support/code-cache.mjs';
import { seedPkgCache } from './support/pkg-cache.mjs';

const ARCHITECTURES = ['x64', 'arm64'];
const root = resolve(import.meta.dirname, '..');
const build = join(root, 'build');
const cache = join(build, 'cache');
const say = (line) => process.stderr.write(`${line}\n`);

const require = createRequire(import.meta.url);

/** pkg's simple SEA mode. Its command line forwards neither code cache nor assets; this function is what it calls. */
const makeExecutable = require('@yao-pkg/pkg/lib-es5/sea.js').default;

const partsOf = async (arch, bundles) => {
  const nodeModules = nodeModulesFor(root, arch, { say });
  const nodePackage = join(nodeModules, `node-linux-${arch}`);
  const { version } = JSON.parse(await readFile(join(nodePackage, 'package.json'), 'utf8'));
  return {
    arch,
    ...bundles,
    node: join(nodePackage, 'bin/node'),
    nodeVersion: version,
    addon: join(nodeModules, `@lydell/node-pty-linux-${arch}/pty.node`),
    output: join(build, `skopeo-wrapper-linux-${arch}`),
  };
};

/** Changes with everything the executable is made of. */
const fingerprintOf = async ({ boot, program, addon, nodeVersion }) => {
  const hash = createHash('sha256').update(`${nodeVersion} ${require('@yao-pkg/pkg/package.json').version}`);
  for (const file of [boot, program, addon, import.meta.filename, WARM_UP]) hash.update(await readFile(file));
  return hash.digest('hex');
};

/** A cache made for another CPU would be refused. */
const codeCacheOf = ({ arch, node, program }) => {
  if (arch !== process.arch) return {};
  const path = join(cache, 'program.v8-cache');
  makeCodeCache({ node, program, output: path });
  return { 'program.v8-cache': path };
};

const inject = async (parts) => {
  const { arch, boot, program, addon, node, nodeVersion, output } = parts;
  const assets = { 'pty.node': addon, 'program.cjs': program, ...codeCacheOf(parts) };
  await seedPkgCache({ home: cache, arch, node, nodeVersion, say });
  process.env.HOME = cache;
  await makeExecutable(boot, {
    targets: [{ nodeRange: `node${nodeVersion}`, platform: 'linux', arch, output }],
    signature: false,
    seaConfig: {
      assets,
      // Else a user's NODE_OPTIONS would reach the Node inside.
      execArgvExtension: 'none',
    },
  });
};

const packageFor = async (arch, bundles) => {
  const parts = await partsOf(arch, bundles);
  const record = `${parts.output}.made-from`;
  const fingerprint = await fingerprintOf(parts);
  const isCurrent = existsSync(parts.output) && existsSync(record) && (await readFile(record, 'utf8')) === fingerprint;
  if (!isCurrent) {
    await inject(parts);
    await writeFile(record, fingerprint);
  }
  const { size } = await stat(parts.output);
  say(`${parts.output}: ${(size / 1e6).toFixed(1)} MB, Node ${parts.nodeVersion}${isCurrent ? ', unchanged' : ''}`);
};

const requested = process.argv.slice(2);
const unknown = requested.find((arch) => !ARCHITECTURES.includes(arch));
if (unknown !== undefined) throw new Error(`Unknown architecture ${unknown}; known are ${ARCHITECTURES.join(', ')}.`);
await mkdir(cache, { recursive: true });
const bundles = await buildProgram(cache, BOOTS.executable);
for (const arch of requested.length > 0 ? requested : ARCHITECTURES) await packageFor(arch, bundles);
