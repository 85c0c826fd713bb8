import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
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

/** What a file declares for itself or for others: types, functions, constants. */
const DECLARATION =
  /^(export )?(?:default )?(?:async )?(?:abstract )?(function\*?|const|class|interface|type|enum) ([A-Za-z_$][\w$]*)/gm;

test('a name that others use, and a type, means one thing: no second file declares it', () => {
  const files = globSync('src/**/*.ts', { cwd: root });
  const declared = files.flatMap((file) =>
    [...readFileSync(resolve(root, file), 'utf8').matchAll(DECLARATION)].map(([, exported, kind = '', name = '']) => ({
      file,
      name,
      isShared: exported !== undefined || /^(?:class|interface|type|enum)$/.test(kind),
    })),
  );
  const byName = Map.groupBy(declared, ({ name }) => name);
  const clashes = [...byName].filter(
    ([, all]) => all.some(({ isShared }) => isShared) && new Set(all.map(({ file }) => file)).size > 1,
  );
  assert.ok(byName.size > 1000);
  assert.deepEqual(
    clashes.map(([name, all]) => `${name}: ${all.map(({ file }) => file).join(', ')}`),
    [],
  );
});

/** Topics that no room has to itself, and what tests are made of. */
const TOPICS = ['docs', 'dropin', 'e2e', 'examples', 'faults', 'hostile', 'scripts', 'support'];

test('tests mirror the sources: a file, a topic of it, or scenarios of a folder', () => {
  const tests = globSync('*/**/*.{test,nightly}.ts', { cwd: import.meta.dirname });
  const strays = tests.filter((path) => {
    if (TOPICS.includes(path.split('/')[0] ?? '')) return false;
    const folder = dirname(path);
    const tested =
      basename(folder) === 'scenarios' ? dirname(folder) : join(folder, `${basename(path).split('.')[0]}.ts`);
    return !existsSync(resolve(root, 'src', tested));
  });
  assert.deepEqual(strays, []);
});

/** Where a path of a document begins: at the root, or in one of these folders. */
const BEGINNINGS = ['', 'src', 'scripts', 'bin'];

const exists = (path: string): boolean => BEGINNINGS.some((folder) => existsSync(resolve(root, folder, path)));

test('every file and folder that CONTRIBUTING.md names exists', () => {
  const named = [...contributing.matchAll(/`([\w.-]+\/(?:[\w./-]*)|[\w.-]+\.(?:c?js|mjs|ts))`/g)].map(
    ([, path = '']) => path,
  );
  assert.ok(named.length > 80);
  const examples = /^(?:src|test)\/a\//;
  assert.deepEqual(
    named.filter((path) => !examples.test(path) && !exists(path)),
    [],
  );
});

test('every file of ours that a page of docs/ names exists', () => {
  const named = globSync('{*.md,docs/**/*.md}', { cwd: root }).flatMap((page) =>
    [
      ...readFileSync(resolve(root, page), 'utf8').matchAll(
        /\b(?:src|test|scripts|bench)\/[\w./-]+\.(?:c?js|mjs|ts)\b/g,
      ),
    ].map(([path]) => `${page}: ${path}`),
  );
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter((line) => !line.includes('/a/b.') && !existsSync(resolve(root, line.split(': ')[1] ?? ''))),
    [],
  );
});
