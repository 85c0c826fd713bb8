/**
 * setup.mjs start|test|picture [ARGUMENT ...]: makes sure of all that a part of the project needs, then runs that part under
 * Node 24. Runs on Node 20 without any package, for it is the first thing that runs. What is there is not set up again.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installNpmPackages, npmPackagesAreCurrent, projectNode } from './setup/npm-packages.mjs';
import { installPackages, missingPackages } from './setup/system-packages.mjs';

const SCRIPTS = { start: 'demo.mjs', test: 'test.mjs', picture: 'dashboard-picture.ts' };
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const say = (line) => process.stderr.write(`${line}\n`);

const setUp = (part) => {
  const missing = missingPackages(part);
  if (missing.length > 0) installPackages(missing, { say });
  if (!npmPackagesAreCurrent(root)) installNpmPackages(root, { say });
};

/** Runs a script as if it had been called in our place, and returns its exit status. */
const runPart = async (part, argv) => {
  const node = projectNode(root);
  const path = [dirname(node), process.env.PATH, '/usr/sbin', '/sbin'].join(':');
  const child = spawn(node, [join(root, 'scripts', SCRIPTS[part]), ...argv], {
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  process.on('SIGINT', () => {}); // Ctrl-C reaches the whole process group; the part decides what it means.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [status, signal] = await once(child, 'exit');
  return status ?? 128 + constants.signals[signal];
};

const main = async ([part, ...argv]) => {
  if (!Object.hasOwn(SCRIPTS, part ?? '')) {
    throw new Error(`Usage: node scripts/setup.mjs ${Object.keys(SCRIPTS).join('|')} [ARGUMENT ...]`);
  }
  setUp(part);
  return runPart(part, argv);
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(`\n${error.message}`);
  process.exitCode = 1;
}
