import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WrapperError } from '../../src/errors/wrapper-error.ts';
import { findSkopeo, type SkopeoSearch } from '../../src/skopeo/binary.ts';
import { writeProgram } from '../support/program.ts';

let root = '';
const at = (name: string) => join(root, name);

const program = (name: string, body: string) => writeProgram(at(name), body);

const find = (search: Partial<SkopeoSearch>) => findSkopeo({ env: { PATH: root }, cwd: root, ...search });

const unavailable = (message: RegExp) => (error: unknown) => {
  assert.ok(error instanceof WrapperError);
  assert.match(error.message, message);
  assert.deepEqual([error.exitCode, error.errorType], [69, 'skopeo_missing']);
  assert.ok(error.next);
  return true;
};

before(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'find-skopeo-')));
});
after(() => rmSync(root, { recursive: true, force: true }));

describe('findSkopeo', () => {
  it('finds the real one and its version', async () => {
    const skopeo = await findSkopeo({ skopeoPath: process.env.SKOPEO, env: process.env, cwd: process.cwd() });
    assert.match(skopeo.path, /^\/.*skopeo$/);
    assert.match(skopeo.version, /^\d+\.\d+\.\d+/);
  });

  it('takes a path, absolute or relative, or a name in PATH', async () => {
    const path = program('skopeo-new', 'echo "skopeo version 1.23.0-dev commit: abc"');
    for (const skopeoPath of [path, './skopeo-new', 'skopeo-new']) {
      assert.deepEqual(await find({ skopeoPath }), { path, version: '1.23.0-dev' });
    }
  });

  it('does not take itself for skopeo', async () => {
    const self = program('wrapper', 'exit 9');
    mkdirSync(at('bin'));
    symlinkSync(self, at('bin/skopeo'));
    const real = program('skopeo', 'echo "skopeo version 1.9.3"');
    const env = { PATH: `${at('bin')}:${root}` };
    assert.deepEqual(await find({ env, self: [self] }), { path: real, version: '1.9.3' });
  });

  it('asks for the version once while the file is the same', async () => {
    const path = program('skopeo-counted', `echo run >> ${at('runs')}; echo "skopeo version 1.18.0"`);
    const cache = new Map<string, string>();
    await find({ skopeoPath: path, cache });
    program('skopeo-counted', 'exit 9');
    const stats = cache.size;
    await assert.rejects(find({ skopeoPath: path, cache }), unavailable(/is not skopeo/));
    assert.equal(stats, 1);
  });

  it('says that it is missing and how to get it', async () => {
    await assert.rejects(
      find({ env: { PATH: '/nonexistent' } }),
      unavailable(/^skopeo is not installed, or not in PATH$/),
    );
    await assert.rejects(find({ env: {} }), unavailable(/not installed/));
    await assert.rejects(find({ skopeoPath: '/nonexistent/skopeo' }), unavailable(/does not exist/));
  });

  it('says that it cannot be run', async () => {
    const path = program('skopeo-plain', 'echo "skopeo version 1.9.3"');
    chmodSync(path, 0o644);
    await assert.rejects(find({ skopeoPath: path }), unavailable(/cannot be run: permission denied/));
    await assert.rejects(find({ skopeoPath: root }), unavailable(/is not a program/));
  });

  it('says that it is something else', async () => {
    const path = program('skopeo-other', 'echo "podman version 4"');
    await assert.rejects(find({ skopeoPath: path }), unavailable(/is not skopeo: --version says "podman version 4"/));
  });
});
