import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PACKAGES } from './packages.mjs';

/** Daemons live in sbin, which an ordinary user's PATH does not name. */
const SEARCHED_TOO = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

const OTHER_MANAGERS = [
  ['dnf', 'dnf install'],
  ['zypper', 'zypper install'],
  ['apk', 'apk add'],
  ['pacman', 'pacman -S'],
];

const isExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

const isInstalled = (command, path) =>
  [...path.split(':'), ...SEARCHED_TOO].some((directory) => isExecutable(join(directory, command)));

/** Not that of a user's own Python, which does not know the modules of the system. */
const hasModule = (name) => spawnSync('/usr/bin/python3', ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;

const isThere = ({ command, pythonModule }, path) =>
  command === undefined ? hasModule(pythonModule) : isInstalled(command, path);

const nameOf = ({ command, pythonModule }) => command ?? `${pythonModule} (Python)`;

/** What a part of the project still misses on this machine. */
export const missingPackages = (part, path = process.env.PATH ?? '') =>
  PACKAGES.filter((one) => one.parts.includes(part) && !isThere(one, path));

const adviceWithoutApt = (missing, path) => {
  const names = missing.map((one) => one.command ?? one.package).join(' ');
  const [, install] = OTHER_MANAGERS.find(([manager]) => isInstalled(manager, path)) ?? [];
  if (install === undefined) return `Install them and run this again: ${names}`;
  return `This script installs by apt-get only. Install them yourself, for example by "${install} ${names}"\n(package names may differ), and run this again.`;
};

const quoted = (argument) => (/^[\w./-]+$/.test(argument) ? argument : `'${argument}'`);

/** Who runs the install: root itself, or sudo. */
const asRoot = (command, path) => {
  if (process.getuid?.() === 0) return command;
  if (isInstalled('sudo', path)) return ['sudo', ...command];
  throw new Error(`Root is needed. Run this as root, then again as yourself:\n  ${command.map(quoted).join(' ')}`);
};

/** Installs what is missing, saying what and why. Throws an error that says what to do when it cannot. */
export const installPackages = (missing, { path = process.env.PATH ?? '', say }) => {
  say('These programs are missing:');
  for (const one of missing) say(`  ${nameOf(one).padEnd(26)}${one.why}`);
  if (!isInstalled('apt-get', path)) throw new Error(adviceWithoutApt(missing, path));

  const packages = missing.map((one) => one.package).join(' ');
  const services = missing.flatMap((one) => one.service ?? []).join(' ');
  const script = fileURLToPath(new URL('debian.sh', import.meta.url));
  const [program, ...argv] = asRoot(['sh', script, packages, services], path);
  say(`Installing by apt-get${program === 'sudo' ? ' (through sudo)' : ''}: ${packages}`);
  const { status } = spawnSync(program, argv, { stdio: 'inherit', env: { ...process.env, PATH: path } });
  const failed = missing.filter((one) => !isThere(one, path));
  if (status !== 0 || failed.length > 0) {
    throw new Error(`apt-get could not install ${packages}. Its message is above; mend that and run this again.`);
  }
};
