import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  defaultSpillRoot,
  defaultStateDir,
  locateState,
  spillDirFor,
} from '../../../../src/metrics/state/files/directories.ts';

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
