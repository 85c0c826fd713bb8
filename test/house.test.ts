import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { circularImports, readFloors, readImports, upwardImports } from './support/import-graph.ts';

const root = resolve(import.meta.dirname, '..');
const imports = readImports(resolve(root, 'src'));

test('every import between rooms goes down a floor of the drawing in CONTRIBUTING.md', () => {
  const floors = readFloors(readFileSync(resolve(root, 'CONTRIBUTING.md'), 'utf8'));
  assert.deepEqual(upwardImports(imports, floors), []);
});

test('no imports go round in a circle, neither between files nor between folders', () => {
  assert.deepEqual(circularImports(imports), []);
});
