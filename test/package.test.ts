import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, openSync, readSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pjson from '../package.json' with { type: 'json' };
import { randomLayers, writeOciImage } from '../scripts/support/image.ts';
import { NEEDS_ROOT } from './support/needs-root.ts';
import { IS_NIGHT } from './support/sequences.ts';

const root = resolve(import.meta.dirname, '..');
const onlyRoot = { skip: NEEDS_ROOT };

const canRemount = {
  skip:
    spawnSync('unshare', ['--mount', 'true']).status !== 0 &&
    'needs a mount namespace of its own: run npm test as root',
};

const packageFor = (arch: string): string => {
  execFileSync(process.execPath, ['scripts/package.mjs', arch], { cwd: root, stdio: ['ignore', 'ignore', 'pipe'] });
  return join(root, `build/skopeo-wrapper-linux-${arch}`);
};

describe('the executable for this machine', () => {
  const work = mkdtempSync(join(tmpdir(), 'package-test-'));
  const binary = join(work, 'skopeo-wrapper');
  const path = join(work, 'path');
  const out = join(work, 'out');
  const image = `oci:${work}/image:v1`;

  before(async () => {
    copyFileSync(packageFor(process.arch), binary);
    chmodSync(work, 0o755);
    mkdirSync(path);
    const skopeo = execFileSync('sh', ['-c', 'command -v skopeo'], { encoding: 'utf8' }).trim();
    symlinkSync(skopeo, join(path, 'skopeo'));
    mkdirSync(out);
    chmodSync(out, 0o777);
    await writeOciImage(join(work, 'image'), 'v1', randomLayers([1_000, 2_000]));
  });
  after(() => rmSync(work, { recursive: true, force: true }));

  /** Runs it from `/` with nothing but skopeo in PATH, behind `prefix`, a command that runs its arguments. */
  const run = (prefix: readonly string[], ...argv: string[]): string => {
    const [program = '', ...rest] = [...prefix, 'env', '-i', `PATH=${path}`, binary, ...argv];
    const { status, stdout, stderr } = spawnSync(program, rest, { cwd: '/', encoding: 'utf8' });
    assert.equal(status, 0, `${argv.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };

  const assertWorks = (name: string, prefix: readonly string[] = []): void => {
    // In the daily run the one without a prefix is enough.
    if (prefix.length === 0 || IS_NIGHT) assertAnswers(prefix);
    run(prefix, 'copy', image, `dir:${out}/${name}`);
  };

  const assertAnswers = (prefix: readonly string[]): void => {
    const version = `${pjson.name}/${pjson.version} linux-${process.arch} node-${process.version}\n`;
    assert.equal(run(prefix, '--version'), version);
    assert.match(run(prefix, '--help'), /USAGE/);
  };

  test('works without Node, without an environment, from any directory', () => {
    assertWorks('plain');
  });

  test('pays no heed to NODE_OPTIONS', () => {
    const env = { ...process.env, NODE_OPTIONS: '--require /nonexistent.js' };
    assert.equal(spawnSync(binary, ['--help'], { env }).status, 0);
  });

  test('works for an unprivileged user', onlyRoot, () => {
    assertWorks('nobody', ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']);
  });

  test('works for a user id that the system does not know', onlyRoot, () => {
    assertWorks('unknown', ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups']);
  });

  test('works on a read-only root, without a temporary directory', canRemount, () => {
    const readOnly = `mount -t tmpfs tmpfs ${out} && mount -o remount,bind,ro / && ! touch ${work}/x 2>/dev/null && exec "$@"`;
    assertWorks('read-only', ['unshare', '--mount', 'sh', '-c', readOnly, 'sh']);
  });
});

const atNight = IS_NIGHT ? test : () => undefined;
atNight(
  'the executable for arm64 is an ELF file for AArch64',
  {
    skip: process.arch !== 'x64' && 'needs an x64 machine',
  },
  () => {
    const header = Buffer.alloc(20);
    readSync(openSync(packageFor('arm64'), 'r'), header);
    assert.equal(header.toString('latin1', 0, 4), '\x7fELF');
    assert.equal(header.readUInt16LE(18), 0xb7); // e_machine EM_AARCH64
  },
);
