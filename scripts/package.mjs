/**
 * package.mjs [x64] [arm64]: makes build/skopeo-wrapper-linux-<arch>, executables that need no Node. Everything comes from
 * npm packages: Node itself from `node-linux-<arch>`. What did not change since the last time is not made again.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { buildProgram } from './build.mjs';
import { nodeModulesFor } from './support/foreign-packages.mjs';
import { seedPkgCache } from './support/pkg-cache.mjs';

const ARCHITECTURES = ['x64', 'arm64'];
const root = resolve(import.meta.dirname, '..');
const build = join(root, 'build');
const cache = join(build, 'cache');
const say = (line) => process.stderr.write(`${line}\n`);

const require = createRequire(import.meta.url);

/** pkg's simple SEA mode. Its command line forwards neither code cache nor assets; this function is what it calls. */
const makeExecutable = require('@yao-pkg/pkg/lib-es5/sea.js').default;

const partsOf = async (arch, program) => {
  const nodeModules = await nodeModulesFor(arch, { root, directory: cache, say });
  const nodePackage = join(nodeModules, `node-linux-${arch}`);
  const { version } = JSON.parse(await readFile(join(nodePackage, 'package.json'), 'utf8'));
  return {
    arch,
    program,
    node: join(nodePackage, 'bin/node'),
    nodeVersion: version,
    addon: join(nodeModules, `@lydell/node-pty-linux-${arch}/pty.node`),
    output: join(build, `skopeo-wrapper-linux-${arch}`),
  };
};

/** Changes with everything the executable is made of. */
const fingerprintOf = async ({ program, addon, nodeVersion }) => {
  const hash = createHash('sha256').update(`${nodeVersion} ${require('@yao-pkg/pkg/package.json').version}`);
  for (const file of [program, addon, import.meta.filename]) hash.update(await readFile(file));
  return hash.digest('hex');
};

const inject = async ({ arch, program, addon, node, nodeVersion, output }) => {
  await seedPkgCache({ home: cache, arch, node, nodeVersion, say });
  process.env.HOME = cache;
  await makeExecutable(program, {
    targets: [{ nodeRange: `node${nodeVersion}`, platform: 'linux', arch, output }],
    signature: false,
    seaConfig: {
      assets: { 'pty.node': addon },
      // A cache made by another CPU is refused, with a warning at every start.
      useCodeCache: arch === process.arch,
      // Else a user's NODE_OPTIONS would reach the Node inside.
      execArgvExtension: 'none',
    },
  });
};

const packageFor = async (arch, program) => {
  const parts = await partsOf(arch, program);
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
await mkdir(build, { recursive: true });
const program = await buildProgram();
for (const arch of requested.length > 0 ? requested : ARCHITECTURES) await packageFor(arch, program);
