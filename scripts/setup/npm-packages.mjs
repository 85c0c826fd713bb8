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

/** Whether every package that the lockfile wants on all platforms is there. */
const hasAllPackages = (root) => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages).every(
    ([path, { optional, devOptional }]) => optional || devOptional || existsSync(join(root, path, 'package.json')),
  );
};

const NODE_PACKAGE = `node-${process.platform}-${process.arch}`;

const nodeOf = (root) => join(root, 'node_modules', NODE_PACKAGE, 'bin/node');

/** Whether node_modules is whole and made from this very lockfile. */
export const npmPackagesAreCurrent = (root) => {
  const marker = markerOf(root);
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== fingerprint(root)) return false;
  return hasAllPackages(root) && (process.platform !== 'linux' || existsSync(nodeOf(root)));
};

/** The npm and the Node that started us, where npm did: the Node within node_modules is about to be replaced. */
const npmCommand = (env) =>
  env.npm_execpath === undefined ? ['npm'] : [env.npm_node_execpath ?? process.execPath, env.npm_execpath];

/** Runs npm in `root` as the machine has configured it, its output on stderr. Throws when it fails. */
export const runNpm = (root, argv) => {
  const [program, ...before] = npmCommand(process.env);
  const { status, error } = spawnSync(program, [...before, ...argv], { cwd: root, stdio: ['inherit', 2, 2] });
  if (status === 0) return;
  const cause = error ? ` (${error.message})` : '';
  throw new Error(
    `npm ${argv[0]} failed${cause}; its message is above. Is the registry reachable? npm ping tries it, npm config list ` +
      'shows where it is. Can npm write its cache? npm config get cache shows where it is, npm_config_cache=DIRECTORY ' +
      'names another place.',
  );
};

/** Installs the packages of the lockfile in `root`. */
export const installNpmPackages = (root, { say }) => {
  say('Installing the npm packages of package-lock.json (npm ci) ...');
  // All of them, whatever NODE_ENV or npm's configuration leaves out elsewhere.
  runNpm(root, ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund']);
  writeFileSync(markerOf(root), fingerprint(root));
};

/**
 * The Node 24 of node_modules, by its path: npm 10 and older leave it out of .bin. Elsewhere than on Linux the Node that
 * runs this, when it is new enough.
 */
export const projectNode = (root) => {
  const node = nodeOf(root);
  if (existsSync(node)) return node;
  if (Number.parseInt(process.versions.node, 10) >= 24) return process.execPath;
  throw new Error(`npm ci did not install ${NODE_PACKAGE}. Remove node_modules and run the command again.`);
};
