import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runNpm } from './npm-packages.mjs';

const ARCHITECTURES = ['x64', 'arm64'];

/** What an executable is made of beside the program. */
const packagesOf = (arch) => [`node-linux-${arch}`, `@lydell/node-pty-linux-${arch}`];

const isHere = (arch) => process.platform === 'linux' && arch === process.arch;

const foreignModules = (root, arch) => join(root, 'build/cache', `linux-${arch}`, 'node_modules');

/** Downloads one package in the version of the lockfile, compares it with the lockfile's digest, and unpacks it. */
const fetchPackage = (root, name, modules) => {
  const { version, integrity } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages[
    `node_modules/${name}`
  ];
  const directory = join(modules, name);
  const marker = join(directory, '.integrity');
  if (existsSync(marker) && readFileSync(marker, 'utf8') === integrity) return;
  const download = join(directory, '.download');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(download, { recursive: true });
  runNpm(root, ['pack', `${name}@${version}`, '--silent', `--pack-destination=${download}`]);
  const tarball = join(download, readdirSync(download)[0]);
  const digest = createHash('sha512').update(readFileSync(tarball)).digest('base64');
  if (`sha512-${digest}` !== integrity) throw new Error(`${name}@${version} is not what package-lock.json says it is.`);
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', directory]);
  rmSync(download, { recursive: true });
  writeFileSync(marker, integrity);
};

/**
 * Where the packages are that an executable for linux-<arch> is made of: our own node_modules, or a directory that holds
 * just those, fetched once per version. (npm before 10 cannot install for another CPU.)
 */
export const nodeModulesFor = (root, arch, { say }) => {
  if (isHere(arch)) return join(root, 'node_modules');
  const modules = foreignModules(root, arch);
  for (const name of packagesOf(arch)) {
    if (!existsSync(join(modules, name, '.integrity'))) say(`Fetching ${name} (npm pack) ...`);
    fetchPackage(root, name, modules);
  }
  return modules;
};

/** Fetches what executables for all other CPUs need, so that making them needs no network. */
export const fetchForeignPackages = (root, { say }) => {
  for (const arch of ARCHITECTURES) nodeModulesFor(root, arch, { say });
};
