import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../../support/temp.ts';

const guard = resolve(import.meta.dirname, '../../../scripts/testing/hang-guard.mjs');

/** What becomes of a test file. */
const runFile = async (body: string, limitSeconds: number) => {
  await using dir = await tempDir('hang-guard');
  await writeFile(dir.join('case.test.mjs'), `import { before, test } from 'node:test';\n${body}`);
  // The runner within a runner: without this variable it would believe to be one of our own test files.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout } = spawnSync(process.execPath, ['--test', `--import=${guard}`, 'case.test.mjs'], {
    cwd: dir.path,
    env: { ...env, SKOPEO_WRAPPER_TEST_LIMIT_SECONDS: String(limitSeconds) },
    encoding: 'utf8',
  });
  return { status, stdout };
};

const HOURS = 'new Promise((resolve) => setTimeout(resolve, 1e7))';

const HANGS: readonly [what: string, body: string, told: RegExp][] = [
  ['a test', `test('slow', () => ${HOURS}); test('next', () => {});`, /nothing happened for 1 s; still running: slow/],
  ['a hook', `before(() => ${HOURS}); test('next', () => {});`, /nothing happened for 1 s; a hook is still running/],
  [
    'what a test has started',
    `import { spawn } from 'node:child_process'; test('quick', () => void spawn('sleep', ['987'], { stdio: 'inherit' }));`,
    /ended what was still running: sleep 987/,
  ],
  ['what a test leaves open', `test('quick', () => void ${HOURS});`, /still open after the last test: .*Timeout/],
];

for (const [what, body, told] of HANGS) {
  test(`ends the file when ${what} hangs`, async () => {
    const { status, stdout } = await runFile(body, 1);
    assert.equal(status, 1, stdout);
    assert.match(stdout, told);
  });
}

test('leaves a file alone whose tests take longer together than each may', async () => {
  const pause = '() => new Promise((resolve) => setTimeout(resolve, 1300))';
  const { status, stdout } = await runFile(Array.from('abc', (name) => `test('${name}', ${pause});`).join('\n'), 3);
  assert.equal(status, 0, stdout);
});
