import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { WrapperError } from '../../../../src/errors/wrapper-error.ts';
import {
  aggregateName,
  isRunName,
  listState,
  newRunName,
  quarantineName,
} from '../../../../src/metrics/state/files/state-directory.ts';
import { temporaryDirectory } from '../support/fixtures.ts';

test('sorts out what lies in a directory', (t) => {
  const directory = temporaryDirectory(t);
  const names = [
    'run.b-1-00',
    'run.a-2-00',
    aggregateName(3),
    aggregateName(12),
    quarantineName(14),
    '.tmp-1-x',
    'notes.txt',
  ];
  for (const name of [...names, 'textfile.lock', 'textfile.lock.77', 'agg.new', 'run.']) {
    writeFileSync(join(directory, name), '');
  }
  assert.deepEqual(listState(directory), {
    runs: ['run.a-2-00', 'run.b-1-00'],
    generations: [12, 3],
    highest: 14,
    temporary: ['.tmp-1-x', 'textfile.lock.77'],
    quarantined: ['bad.agg.00000014'],
  });
});

test('a directory that does not exist is empty, one that is none is an error', (t) => {
  const directory = temporaryDirectory(t);
  assert.deepEqual(listState(join(directory, 'missing')).runs, []);
  writeFileSync(join(directory, 'file'), '');
  assert.throws(
    () => listState(join(directory, 'file')),
    (error) => error instanceof WrapperError && error.exitCode === 74,
  );
});

test('a new name is a run name and never the same', () => {
  const names = Array.from({ length: 100 }, () => newRunName(1_795_344_444_049.5, 77));
  assert.equal(new Set(names).size, 100);
  assert.ok(names.every(isRunName));
  assert.match(names[0] ?? '', /^run\.[0-9a-z]+-77-[0-9a-f]{12}$/);
});
