import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { execa } from 'execa';
import { EXAMPLES } from './support/rule-files.ts';

const UNITS = join(EXAMPLES, 'systemd');

// Of 10; systemd calls below 2 OK.
const HIGHEST_EXPOSURE = 2;

describe('systemd units', () => {
  let directory: string;
  let files: string[];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'units-'));
    const names = (await readdir(UNITS)).filter((name) => /\.(service|timer)$/.test(name));
    files = await Promise.all(
      names.map(async (name) => {
        const unit = await readFile(join(UNITS, name), 'utf8');
        const file = join(directory, name);
        // systemd-analyze wants the program to exist.
        await writeFile(file, unit.replace('/usr/bin/skopeo-wrapper', process.execPath));
        return file;
      }),
    );
  });

  after(() => rm(directory, { recursive: true, force: true }));

  it('are two services and a timer without anything for systemd to complain about', async () => {
    assert.equal(files.length, 3);
    const { all } = await execa('systemd-analyze', ['verify', ...files], { all: true });
    assert.equal(all, '');
  });

  it('expose little', async () => {
    for (const file of files.filter((name) => name.endsWith('.service'))) {
      const { stdout } = await execa('systemd-analyze', ['security', '--offline=true', '--no-pager', file]);
      const [, exposure] = /Overall exposure level for .*: ([\d.]+)/.exec(stdout) ?? [];
      assert.ok(Number(exposure) < HIGHEST_EXPOSURE, `${file}: ${exposure}`);
    }
  });
});
