import assert from 'node:assert/strict';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  defaultSpillRoot,
  defaultStateDir,
  locateState,
  makeStateDirectory,
  mayAggregate,
  spillDirFor,
} from '../../../../src/metrics/state/files/state-directory.ts';
import { temporaryDirectory } from '../support/fixtures.ts';

test('root keeps its state in /var/lib, whatever the environment says', () => {
  const env = { HOME: '/root', XDG_STATE_HOME: '/root/.state', XDG_RUNTIME_DIR: '/run/user/0' };
  assert.equal(defaultStateDir(env, 0), '/var/lib/skopeo-wrapper');
  assert.equal(defaultSpillRoot(env, 0), '/run/skopeo-wrapper');
});

test('a user keeps it in the state home', () => {
  assert.equal(
    defaultStateDir({ HOME: '/home/ann', XDG_STATE_HOME: '/data/state' }, 1000),
    '/data/state/skopeo-wrapper',
  );
  assert.equal(defaultStateDir({ HOME: '/home/ann' }, 1000), '/home/ann/.local/state/skopeo-wrapper');
  assert.equal(
    defaultStateDir({ HOME: '/home/ann', XDG_STATE_HOME: '' }, 1000),
    '/home/ann/.local/state/skopeo-wrapper',
  );
  assert.equal(defaultStateDir({}, 1000), undefined);
  assert.equal(defaultSpillRoot({ XDG_RUNTIME_DIR: '/run/user/1000' }, 1000), '/run/user/1000/skopeo-wrapper');
  assert.equal(defaultSpillRoot({}, 1000), undefined);
});

test('runs of two state directories never share a spill directory', () => {
  assert.notEqual(spillDirFor('/run/skopeo-wrapper', '/a'), spillDirFor('/run/skopeo-wrapper', '/b'));
  assert.deepEqual(locateState('/a', undefined), { stateDir: '/a' });
  assert.deepEqual(locateState('/a', '/run/x'), { stateDir: '/a', spillDir: spillDirFor('/run/x', '/a') });
});

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
