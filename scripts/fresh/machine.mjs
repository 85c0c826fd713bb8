/**
 * What a new system needs of this machine to reach the same registries: names, certificates, proxies, and the
 * configuration of apt and npm.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { debianEntry } from '../support/apt-sources.mjs';

const NPM_SETTINGS = ['registry', 'cafile', 'proxy', 'https-proxy', 'noproxy', 'strict-ssl'];
const VARIABLES = /^(?:(?:https?|no|all)_proxy|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|LANG)$/i;

const output = (program, ...argv) => execFileSync(program, argv, { encoding: 'utf8' }).trim();

const npmSettings = () =>
  NPM_SETTINGS.map((name) => [name, output('npm', 'config', 'get', name)]).filter(
    ([, value]) => value !== '' && value !== 'null' && value !== 'undefined',
  );

/** The environment in which npm and apt of a new system go the way that those of this machine go. */
export const machineEnvironment = () => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => VARIABLES.test(name))),
  ...Object.fromEntries(npmSettings().map(([name, value]) => [`npm_config_${name.replaceAll('-', '_')}`, value])),
});

const copyInto = (root, path) => {
  if (!existsSync(path)) return;
  mkdirSync(join(root, dirname(path)), { recursive: true });
  cpSync(path, join(root, path), { recursive: true, dereference: true });
};

/** Writes the configuration of this machine into the file system of a new one. */
export const configureLikeThisMachine = (root, { suite, homes }) => {
  const env = machineEnvironment();
  const files = ['/etc/resolv.conf', '/etc/hosts', '/etc/apt/auth.conf', '/etc/apt/auth.conf.d'];
  const authorities = [env.NODE_EXTRA_CA_CERTS, env.SSL_CERT_FILE, env.npm_config_cafile];
  for (const path of [...files, ...authorities.filter((path) => path !== undefined)]) copyInto(root, path);
  const acquire = output('apt-config', 'dump', 'Acquire')
    .split('\n')
    .filter((line) => /prox|verify|cainfo/i.test(line));
  writeFileSync(join(root, 'etc/apt/apt.conf.d/50this-machine'), `${acquire.join('\n')}\n`);
  writeFileSync(join(root, 'etc/apt/sources.list'), '');
  writeFileSync(join(root, 'etc/apt/sources.list.d/debian.sources'), debianEntry(suite));
  const npmrc = join(homedir(), '.npmrc'); // credentials of a registry, if it wants any
  for (const home of homes) if (existsSync(npmrc)) cpSync(npmrc, join(root, home, '.npmrc'));
};
