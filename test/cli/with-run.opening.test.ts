import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { systemClock } from '../../src/context.ts';
import { systemHost } from '../../src/host/host.ts';
import { makeTemporaryDirectory } from '../../src/host/temporary-directory.ts';
import { findSkopeo } from '../../src/skopeo/binary.ts';
import { readSamples } from '../support/exposition.ts';
import { CLI, runCli } from '../support/process.ts';
import { runHere } from '../support/run-here.ts';
import { privateHome, SKOPEO } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

const COMMANDS = {
  copy: ['copy', 'dir:nowhere', 'dir:new'],
  inspect: ['inspect', 'dir:nowhere'],
  sync: ['sync', '--src', 'dir', '--dest', 'docker', 'nowhere', 'registry.invalid/x'],
};

const options = (dir: TempDir, env: Record<string, string> = {}) => ({
  cwd: dir.path,
  env: { ...privateHome(dir.path), SKOPEO_WRAPPER_STATE_DIR: dir.join('state'), ...env },
});

/** Directories whose names tell of a process that is no more. */
const leftovers = (dir: TempDir): string[] => {
  const here = systemHost(systemClock);
  const dead = { ...here, identity: { ...here.identity, pid: 4_194_304 } };
  return (['auth', 'run', 'scratch'] as const).map((purpose) => makeTemporaryDirectory(dir.path, purpose, dead));
};

for (const [name, argv] of Object.entries(COMMANDS)) {
  const run = name === 'inspect' ? runCli : runHere; // inspect would write to our stdout
  describe(`${name} opens like every run`, () => {
    test('it sweeps the secrets and images that a killed run left behind', async () => {
      await using dir = await tempDir('opening');
      const abandoned = leftovers(dir);
      await run(argv, options(dir));
      assert.deepEqual(abandoned.filter(existsSync), []);
    });

    test('it refuses credentials in a reference', async () => {
      await using dir = await tempDir('opening');
      const scheme = name === 'sync' ? '' : 'docker://';
      const bad = argv.map((word) => (word.includes('nowhere') ? `${scheme}user:geheim@registry.invalid/x` : word));
      const { exitCode, stdout, stderr } = await run(bad, options(dir));
      assert.equal(exitCode, 64);
      assert.match(stderr, /a reference must not hold credentials/);
      assert.doesNotMatch(stdout + stderr, /geheim/);
    });

    test('it counts as failed when there is no skopeo', async () => {
      await using dir = await tempDir('opening');
      const args = [...argv, '--job-name', 'nightly', '--metrics-textfile', dir.join('skopeo.prom')];
      const { exitCode } = await run(args, options(dir, { SKOPEO_WRAPPER_SKOPEO_PATH: dir.join('none') }));
      assert.equal(exitCode, 69);
      const samples = readSamples(await readFile(dir.join('skopeo.prom'), 'utf8'));
      const failure = { operation: name, error_type: 'skopeo_missing' };
      assert.equal(samples.sum('skopeo_operation_errors_total', failure), 1);
      assert.equal(samples.sum('skopeo_job_last_exit_code', { job_name: 'nightly' }), 69);
    });
  });
}

describe('the wrapper in the place of skopeo', () => {
  const place = async (dir: TempDir): Promise<string> => {
    await mkdir(dir.join('ours'));
    await symlink(CLI.at(-1) ?? '', dir.join('ours', 'skopeo'));
    return dir.join('ours');
  };

  test('passes itself over and runs the next skopeo of PATH', async () => {
    await using dir = await tempDir('opening');
    const real = await findSkopeo({ skopeoPath: SKOPEO, env: process.env, cwd: process.cwd() });
    await mkdir(dir.join('theirs'));
    await symlink(real.path, dir.join('theirs', 'skopeo'));
    const PATH = [await place(dir), dir.join('theirs'), process.env.PATH].join(':');
    const env = { PATH, SKOPEO_WRAPPER_SKOPEO_PATH: '' };
    const { exitCode, stderr } = await runCli(['inspect', 'dir:nowhere'], options(dir, env));
    assert.equal(exitCode, 1, stderr);
    assert.match(stderr, /level=fatal/);
  });

  test('says so when there is no other', async () => {
    await using dir = await tempDir('opening');
    const env = { PATH: await place(dir), SKOPEO_WRAPPER_SKOPEO_PATH: '' };
    const { exitCode, stderr } = await runCli(['inspect', 'dir:nowhere'], options(dir, env));
    assert.equal(exitCode, 69);
    assert.match(stderr, /ours\/skopeo is skopeo-wrapper itself, and there is no other skopeo in PATH/);
  });
});
