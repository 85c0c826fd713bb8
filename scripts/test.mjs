/**
 * test.mjs [PATTERN ...] [--OPTION ...]: runs the test files whose path contains a pattern, or all of them. Lint, types
 * and the manifest are tests too (test/project.test.ts). Options go to `node --test`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { buildProgram } from './build.mjs';
import { makeCodeCache } from './support/code-cache.mjs';

const root = resolve(import.meta.dirname, '..');
const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const patterns = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const chosenFiles = async () => {
  const files = await Array.fromAsync(glob('test/**/*.test.ts', { cwd: root }));
  if (patterns.length === 0) return files.sort();
  return files.filter((file) => patterns.some((pattern) => file.includes(pattern.replace(/^\.\//, '')))).sort();
};

const runTests = async (files) => {
  const argv = [
    '--test',
    '--test-reporter=./scripts/reporter.mjs',
    `--test-concurrency=${availableParallelism() + 1}`, // much of a test is waiting
    '--test-timeout=1200000', // a guard against a hanging test, not a measure: a busy machine is slow
    ...options,
    ...files,
  ];
  // The bundle starts four times as fast as the sources, and is what people get.
  const { program } = await buildProgram();
  makeCodeCache({ node: process.execPath, program, output: resolve(program, '../program.v8-cache') });
  const env = {
    SKOPEO_WRAPPER: resolve(root, 'bin/run.js'),
    NODE_COMPILE_CACHE: resolve(root, '.cache/compile'), // halves the time that a test file needs to start
    ...process.env,
  };
  const child = spawn(process.execPath, argv, { cwd: root, stdio: 'inherit', env });
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const [status] = await once(child, 'exit');
  return status ?? 1;
};

const files = await chosenFiles();
if (files.length === 0) {
  process.stdout.write(`No test file's path contains ${patterns.join(' or ')}.\n0 passed, 0 failed\n`);
  process.exitCode = 1;
} else {
  process.exitCode = await runTests(files);
}
