import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { circularImports, readFloors, readImports, upwardImports } from './support/import-graph.ts';

const root = resolve(import.meta.dirname, '..');
const contributing = readFileSync(resolve(root, 'CONTRIBUTING.md'), 'utf8');
const imports = readImports(resolve(root, 'src'));

test('every import between rooms goes down a floor of the drawing in CONTRIBUTING.md', () => {
  assert.deepEqual(upwardImports(imports, readFloors(contributing)), []);
});

test('no imports go round in a circle, neither between files nor between folders', () => {
  assert.deepEqual(circularImports(imports), []);
});

test('the ways through the house lead past files that exist', () => {
  const named = [...contributing.matchAll(/`((?!src\/|test\/|scripts\/)[\w-]+\/[\w/-]+\.ts)`/g)].map(
    ([, path = '']) => path,
  );
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter((path) => !existsSync(resolve(root, 'src', path))),
    [],
  );
});
