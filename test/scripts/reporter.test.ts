import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import { writeLanes } from '../../scripts/testing/lanes.mjs';
import { sample } from '../support/sample.ts';

const reporter = resolve(import.meta.dirname, '../../scripts/reporter.mjs');
const directory = realpathSync(mkdtempSync(join(tmpdir(), 'reporter-test-')));
after(() => rmSync(directory, { recursive: true }));

const IMPORTS = "import { after, before, describe, it, test } from 'node:test';\n";

/** What the reporter makes of test files: the closing line, and the exit status. */
const reportOn = (files: readonly string[]) => {
  // The runner within a runner: without this variable it would believe to be one of our own test files.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const argv = ['--test', `--test-reporter=${reporter}`, ...files];
  const { status, stdout } = spawnSync(process.execPath, argv, { encoding: 'utf8', env, cwd: directory });
  return { status, closing: stdout.trimEnd().split('\n').at(-1), stdout };
};

const writeTest = (name: string, body: string): string => {
  writeFileSync(join(directory, name), IMPORTS + body);
  return name;
};

const reportOf = (body: string) => reportOn([writeTest('case.test.mjs', body)]);

/** The same of two files that share a process, the first of which has nothing but two tests that pass. */
const reportOfShared = (body: string) => {
  const files = [
    writeTest('good.test.mjs', "test('a', () => {}); test('b', () => {});"),
    writeTest('case.test.mjs', body),
  ];
  return reportOn(writeLanes(files, { root: directory, count: 1 }));
};

const CASES: readonly [title: string, body: string, closing: string, status: number][] = [
  ['passing tests', "test('a', () => {}); test('b', () => {});", '2 passed, 0 failed', 0],
  [
    'skipped and todo tests',
    "test('a', () => {}); test.skip('b'); test.todo('c');",
    '1 passed, 0 failed, 2 skipped',
    0,
  ],
  ['nothing but skipped tests', "test.skip('a');", '0 passed, 0 failed, 1 skipped', 1],
  ['a failing subtest counts once', "test('a', (t) => t.test('b', () => { throw 1; }));", '0 passed, 1 failed', 1],
  ['suites do not count', "describe('s', () => { it('a', () => {}); });", '1 passed, 0 failed', 0],
  [
    'a hook that throws',
    "describe('s', () => { after(() => { throw 1; }); it('a', () => {}); });",
    '1 passed, 1 failed',
    1,
  ],
  ['a hook of the file', "after(() => { throw 1; }); test('a', () => {});", '1 passed, 1 failed', 1],
  ['a file that does not load', "import 'no-such-package';", '0 passed, 1 failed', 1],
  ['a file without tests', '', '0 passed, 1 failed', 1],
  [
    'exit with success before the end',
    "test('a', () => {}); test('b', () => process.exit(0));",
    '0 passed, 1 failed',
    1,
  ],
  ['a killed file', "test('a', () => process.kill(process.pid, 'SIGKILL'));", '0 passed, 1 failed', 1],
  [
    'a rejection after the end',
    "test('a', () => void setImmediate(() => Promise.reject(1)));",
    '1 passed, 1 failed',
    1,
  ],
];

for (const [title, body, closing, status] of sample(CASES, 7)) {
  test(`${title}: ${closing}`, () => {
    const report = reportOf(body);
    assert.deepEqual({ closing: report.closing, status: report.status }, { closing, status }, report.stdout);
  });
}

const SHARED_CASES: readonly [title: string, body: string, closing: string, status: number][] = [
  ['passing tests', "test('a', () => {});", '3 passed, 0 failed', 0],
  ['a failing test', "test('a', () => { throw 1; });", '2 passed, 1 failed', 1],
  ['a file without tests', '', '2 passed, 1 failed', 1],
  ['a file that does not load', "import 'no-such-package';", '2 passed, 1 failed', 1],
  ['a hook of the file', "after(() => { throw 1; }); test('a', () => {});", '3 passed, 1 failed', 1],
  ['a hook that throws before', "before(() => { throw 1; }); test('a', () => {});", '2 passed, 2 failed', 1],
];

for (const [title, body, closing, status] of sample(SHARED_CASES, 3)) {
  test(`in a shared process, ${title}: ${closing}`, () => {
    const report = reportOfShared(body);
    assert.deepEqual({ closing: report.closing, status: report.status }, { closing, status }, report.stdout);
  });
}

test('the file that ends a shared process is named', () => {
  const { status, stdout } = reportOfShared("test('a', () => process.exit(0));");
  assert.equal(status, 1);
  assert.match(stdout, /ended while case\.test\.mjs ran/);
});

test('the slowest files are named, the slowest first', () => {
  const { stdout } = reportOfShared("test('a', () => new Promise((resolve) => setTimeout(resolve, 200)));");
  assert.match(stdout, /\nSlowest files:\n +0\.[2-9] s {2}case\.test\.mjs\n +0\.\d s {2}good\.test\.mjs\n3 passed/);
});

test('a failure is told with its cause', () => {
  const { stdout } = reportOf("test('a', () => { throw new Error('outer', { cause: new Error('inner') }); });");
  assert.match(stdout, /✖ .*case\.test\.mjs a\n.*outer[\s\S]*Caused by: .*inner/);
});
