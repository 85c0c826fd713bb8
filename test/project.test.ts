import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '..');

const assertSucceeds = (program: string, ...argv: string[]): void => {
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd: root, encoding: 'utf8' });
  assert.equal(status, 0, `${program} ${argv.join(' ')}\n${stdout}${stderr}`);
};

const binary = (name: string): string => resolve(root, 'node_modules/.bin', name);

test('everything is formatted and linted', () => {
  assertSucceeds(binary('biome'), 'check', '--colors=off');
});

test('the types hold', () => {
  // Several threads check much of the same again, each for itself.
  assertSucceeds(binary('tsc'), '--noEmit', '--singleThreaded');
});

test('oclif.manifest.json describes the commands as they are', () => {
  assertSucceeds(process.execPath, 'scripts/manifest.mjs', '--check');
});
