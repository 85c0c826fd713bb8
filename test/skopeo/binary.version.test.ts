import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { lstatSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { supports, versionFile } from '../../src/skopeo/binary.ts';
import { tempDir } from '../support/temp.ts';

describe('supports', () => {
  it('compares releases', () => {
    assert.ok(supports('1.9.3', undefined));
    assert.ok(supports('1.18.0', '1.18.0'));
    assert.ok(supports('1.22.0-dev', '1.22.0'));
    assert.ok(supports('1.9.3+ds1', '1.9.0'));
    assert.ok(!supports('1.9.3', '1.11.0'));
  });
});

describe('versionFile', () => {
  it('remembers one version by its key', async () => {
    await using directory = await tempDir('version');
    const file = versionFile(directory.join('version.json'));
    assert.equal(file.get('a'), undefined);
    file.set('a', '1.9.3');
    assert.equal(file.get('a'), '1.9.3');
    assert.equal(file.get('b'), undefined);
    assert.deepEqual(readdirSync(directory.path), ['version.json']);
  });

  it('waits for nobody and touches nothing where something else has its name', async () => {
    await using directory = await tempDir('version');
    const path = join(directory.path, 'version.json');
    for (const make of [() => execFileSync('mkfifo', [path]), () => symlinkSync('/dev/zero', path)]) {
      make();
      const { ino } = lstatSync(path);
      const file = versionFile(path);
      file.set('a', '1.9.3');
      assert.equal(file.get('a'), undefined);
      assert.equal(lstatSync(path).ino, ino);
      rmSync(path);
    }
  });
});
