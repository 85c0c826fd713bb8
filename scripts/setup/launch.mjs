import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchForeignPackages } from './foreign-packages.mjs';
import { installNpmPackages, npmPackagesAreCurrent, projectNode } from './npm-packages.mjs';
import { installPackages, missingPackages } from './system-packages.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const say = (line) => process.stderr.write(`${line}\n`);

/** Parts of the project that need programs of the system. */
const PARTS = ['start', 'test', 'picture', 'fresh'];

const USAGE =
  'Usage: node scripts/launch.cjs [--set-up=start|test|picture|fresh] [--NODE-OPTION ...] PROGRAM [ARGUMENT ...]';

const readCall = (argv) => {
  const at = argv.findIndex((argument) => !argument.startsWith('-'));
  if (at < 0) throw new Error(USAGE);
  const options = argv.slice(0, at);
  const setUpOption = options.find((option) => option.startsWith('--set-up='));
  const part = setUpOption?.slice('--set-up='.length);
  if (part !== undefined && !PARTS.includes(part)) throw new Error(USAGE);
  return {
    part,
    nodeOptions: options.filter((option) => option !== setUpOption),
    program: argv[at],
    rest: argv.slice(at + 1),
  };
};

/** All that goes over the network happens here. What is there is not set up again. */
const setUp = (part) => {
  const missing = missingPackages(part);
  if (missing.length > 0) installPackages(missing, { say });
  if (!npmPackagesAreCurrent(root)) installNpmPackages(root, { say });
  if (part === 'test') fetchForeignPackages(root, { say });
};

/** The first of PATH is our Node, for the programs of node_modules/.bin. */
const pathWith = (node) =>
  [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH, '/usr/sbin', '/sbin'].join(delimiter);

/** Runs a program as if it had been called in our place, and returns its exit status. */
const run = async ({ nodeOptions, program, rest }) => {
  const node = projectNode(root);
  const script = program.includes('/') ? join(root, program) : join(root, 'node_modules/.bin', program);
  const child = spawn(node, [...nodeOptions, script, ...rest], {
    stdio: 'inherit',
    env: { ...process.env, PATH: pathWith(node) },
  });
  process.on('SIGINT', () => {}); // Ctrl-C reaches the whole process group; the program decides what it means.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [status, signal] = await once(child, 'exit');
  return status ?? 128 + constants.signals[signal];
};

/** Makes sure of all that a program needs, then runs it; see launch.cjs. Written for Node 18 without any package. */
export const launch = async (argv) => {
  try {
    const call = readCall(argv);
    setUp(call.part);
    process.exitCode = await run(call);
  } catch (error) {
    say(`\n${error.message}`);
    process.exitCode = 1;
  }
};
