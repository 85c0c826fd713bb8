import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Says which lockfile, on which platform, node_modules was installed from. */
const markerOf = (root) => join(root, 'node_modules', '.installed-from');

const fingerprint = (root) => {
  const lockfile = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lockfile).digest('hex')} ${process.platform}-${process.arch}\n`;
};

/** Whether node_modules is there and made from this very lockfile. */
export const npmPackagesAreCurrent = (root) => {
  const marker = markerOf(root);
  return existsSync(marker) && readFileSync(marker, 'utf8') === fingerprint(root);
};

/**
 * `npm ci` by the npm and the Node that started us, where npm did: the Node within node_modules is about to be replaced.
 */
const npmCommand = (env) =>
  env.npm_execpath === undefined ? ['npm'] : [env.npm_node_execpath ?? process.execPath, env.npm_execpath];

/** Installs the packages of the lockfile in `root`; `options` go to npm. Throws when npm fails. */
export const installNpmPackages = (root, { env = process.env, options = [], say }) => {
  say(`Installing the npm packages of package-lock.json (${['npm ci', ...options].join(' ')}) ...`);
  const [program, ...argv] = npmCommand(env);
  const { status, error } = spawnSync(program, [...argv, 'ci', '--no-audit', '--no-fund', ...options], {
    cwd: root,
    stdio: ['inherit', 2, 2],
  });
  if (status !== 0)
    throw new Error(`npm ci failed${error ? ` (${error.message})` : ''}. Is the npm registry reachable?`);
  writeFileSync(markerOf(root), fingerprint(root));
};

/** The Node 24 of node_modules; elsewhere than on Linux, the Node that runs this, when it is new enough. */
export const projectNode = (root) => {
  const node = join(root, 'node_modules', '.bin', 'node');
  if (existsSync(node)) return node;
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  throw new Error(`Node 24 or newer is needed on ${process.platform}-${process.arch}; this is ${process.version}.`);
};
