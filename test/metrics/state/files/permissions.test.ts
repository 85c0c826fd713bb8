import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeStateDirectory, mayAggregate } from '../../../../src/metrics/state/files/permissions.ts';
import { temporaryDirectory } from '../support/fixtures.ts';

const modeOf = (path: string) => statSync(path).mode & 0o7777;

test("root's directory may be read by its group, a user's by nobody else", (t) => {
  const directory = temporaryDirectory(t);
  makeStateDirectory(join(directory, 'root', 'state'), 0);
  makeStateDirectory(join(directory, 'user', 'state'), 1000);
  assert.equal(modeOf(join(directory, 'root', 'state')), 0o750);
  assert.equal(modeOf(join(directory, 'user', 'state')), 0o700);
});

test('a directory that is there keeps its mode', (t) => {
  const directory = join(temporaryDirectory(t), 'group');
  mkdirSync(directory, { mode: 0o770 });
  const before = modeOf(directory);
  makeStateDirectory(directory, 0);
  assert.equal(modeOf(directory), before);
});

test('where everybody may write only the owner of the directory and root may aggregate', () => {
  const open = { mode: 0o41777, uid: 500 };
  assert.equal(mayAggregate(open, 500), true);
  assert.equal(mayAggregate(open, 0), true);
  assert.equal(mayAggregate(open, 1000), false);
  assert.equal(mayAggregate({ mode: 0o42770, uid: 0 }, 1000), true);
});
