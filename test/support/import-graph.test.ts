import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { circularImports, readFloors, readImports, upwardImports } from './import-graph.ts';
import { tempDir } from './temp.ts';

const imports = (...texts: readonly string[]) =>
  texts.map((each) => {
    const [from = '', to = ''] = each.split(' > ');
    return { from, to };
  });

test('imports of values, of types, of side effects and later ones are found', async () => {
  await using directory = await tempDir();
  const lines = [
    "import type { A } from './a.ts';",
    "export {\n  b,\n} from './b.ts';",
    "import './c.ts';",
    "const d = await import('./d.ts');",
    "import { join } from 'node:path';",
    "import json from '../package.json' with { type: 'json' };",
  ];
  writeFileSync(join(directory.path, 'x.ts'), lines.join('\n'));
  assert.deepEqual(
    readImports(directory.path).map(({ to }) => to),
    ['a.ts', 'b.ts', 'c.ts', 'd.ts'],
  );
});

test('floors are read from a drawing', () => {
  const markdown = 'text\n```floors\nmain\ncopy · sync   does work\n```\n```\nother\n```\n';
  assert.deepEqual(readFloors(markdown), [['main'], ['copy', 'sync']]);
});

test('an import may only go down', () => {
  const floors = [['main'], ['copy', 'sync'], ['errors']];
  assert.deepEqual(upwardImports(imports('main.ts > copy/a.ts', 'copy/a.ts > errors/e.ts'), floors), []);
  assert.deepEqual(upwardImports(imports('errors/e.ts > copy/a.ts'), floors), ['errors/e.ts imports copy/a.ts']);
  assert.deepEqual(upwardImports(imports('sync/s.ts > copy/a.ts'), floors), ['sync/s.ts imports copy/a.ts']);
  assert.deepEqual(upwardImports(imports('main.ts > attic/a.ts'), floors), ['attic/a.ts is on no floor']);
});

test('circles between files and between folders are found, and what only leads to one is not', () => {
  assert.deepEqual(circularImports(imports('a.ts > b.ts', 'b.ts > c.ts')), []);
  assert.deepEqual(circularImports(imports('x.ts > a.ts', 'a.ts > b.ts', 'b.ts > a.ts', 'b.ts > y.ts')), [
    'a.ts imports b.ts',
    'b.ts imports a.ts',
  ]);
  assert.deepEqual(circularImports(imports('r/p/a.ts > r/q/b.ts', 'r/q/c.ts > r/p/d.ts')), [
    'r/p/a.ts imports r/q/b.ts',
    'r/q/c.ts imports r/p/d.ts',
  ]);
});
