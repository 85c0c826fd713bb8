/**
 * test.mjs [--fast|--nightly] [PATTERN ...] [--OPTION ...]: runs the test files whose path contains a pattern, or all of
 * them. Lint, types and the manifest are tests too (test/project.test.ts). `--fast`: only lint, types and what starts no
 * program. `--nightly`: only what takes long by nature. Other options go to `node --test`. The tests see no network but
 * loopback, wherever the system allows to arrange that: all that needs one is done by the set-up (scripts/setup/).
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { buildProgram } from './build.mjs';
import { makeCodeCache } from './support/code-cache.mjs';
import { writeLanes } from './testing/lanes.mjs';
import { loopbackOnly } from './testing/loopback-only.mjs';
import { isLight, SEQUENCES, testFiles } from './testing/test-files.mjs';

const root = resolve(import.meta.dirname, '..');

/** Days since 1970: each has rows of its own of the tables that are too long for every run (test/support/sample.ts). */
const { SKOPEO_WRAPPER_TEST_DAY: DAY = String(Math.floor(Date.now() / 86_400_000)) } = process.env;

/** What the tests of a choice are told by their environment; the limit is that of scripts/testing/hang-guard.mjs. */
const ENVIRONMENTS = {
  all: {},
  fast: {},
  nightly: { [SEQUENCES]: '2000', SKOPEO_WRAPPER_TEST_LIMIT_SECONDS: '3600' },
};

const isOption = (argument) => argument.startsWith('--');
const choiceOf = (argv) => ['fast', 'nightly'].find((choice) => argv.includes(`--${choice}`)) ?? 'all';

/** The bundle starts four times as fast as the sources, and is what people get. */
const buildBundle = async () => {
  const { program } = await buildProgram();
  makeCodeCache({ node: process.execPath, program, output: resolve(program, '../program.v8-cache') });
};

/** More than there are processors, as much of a test is waiting. */
const CONCURRENCY = availableParallelism() + 2;

/** Fewer files a process cost more starts; with more, one process works on long after the others. */
const FILES_A_LANE = 8;

/** What `node --test` is to run: processes that files share, first those whose tests start programs. */
const withLanes = (files) => {
  const light = files.filter((file) => isLight(file, root));
  const heavy = files.filter((file) => !light.includes(file));
  const count = Math.max(CONCURRENCY, Math.ceil(heavy.length / FILES_A_LANE));
  return [
    ...writeLanes(heavy, { root, count, name: 'heavy' }),
    ...writeLanes(light, { root, count: availableParallelism(), name: 'light' }),
  ];
};

const runTests = async (files, { env, options }) => {
  const wall = loopbackOnly();
  if (wall === undefined)
    process.stderr.write('The tests run with the network of this machine: no namespace can be had.\n');
  const [program, ...argv] = [
    ...(wall ?? []),
    process.execPath,
    '--test',
    '--test-reporter=./scripts/reporter.mjs',
    `--test-concurrency=${CONCURRENCY}`,
    '--import=./scripts/testing/hang-guard.mjs',
    ...options,
    ...withLanes(files),
  ];
  const child = spawn(program, argv, {
    cwd: root,
    stdio: 'inherit',
    env: {
      SKOPEO_WRAPPER: resolve(root, 'bin/run.js'),
      NODE_COMPILE_CACHE: resolve(root, '.cache/compile'), // halves the time that a test file needs to start
      ...(wall && { SKOPEO_WRAPPER_TEST_NETWORK: 'loopback' }),
      ...env,
      ...process.env,
      SKOPEO_WRAPPER_TEST_DAY: DAY,
    },
  });
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [status] = await once(child, 'exit');
  return status ?? 1;
};

const main = async (argv) => {
  const choice = choiceOf(argv);
  const patterns = argv.filter((argument) => !isOption(argument));
  const files = testFiles({ root, choice, patterns });
  if (files.length === 0) {
    const wanted = patterns.length > 0 ? ` whose path contains ${patterns.join(' or ')}` : '';
    process.stdout.write(`There is no test file${wanted}.\n0 passed, 0 failed\n`);
    return 1;
  }
  const options = argv.filter((argument) => isOption(argument) && argument !== `--${choice}`);
  if (choice === 'all')
    process.stdout.write(
      `Of long tables the rows of one day: SKOPEO_WRAPPER_TEST_DAY=${DAY} (npm run test:nightly: all).\n`,
    );
  if (choice !== 'fast') await buildBundle();
  return runTests(files, { env: ENVIRONMENTS[choice], options });
};

process.exitCode = await main(process.argv.slice(2));
