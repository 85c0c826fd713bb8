import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { closedPort } from '../support/closed-port.ts';
import { createLayout } from '../support/images.ts';
import { runHere } from '../support/run-here.ts';
import { privateHome } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

const KIB = 1024;

const layoutIn = async (dir: TempDir) => {
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 4 * KIB, content: 'random', compression: 'gzip' }] });
  return layout;
};

const copy = (dir: TempDir, args: readonly string[], env: Record<string, string> = {}) =>
  runHere(['copy', '--state-dir', dir.join('state'), ...args], {
    env: { ...privateHome(dir.path), ...env },
    cwd: dir.path,
  });

test('without skopeo it says how to get one, with status 69, and touches nothing', async () => {
  await using dir = await tempDir('errors');
  const layout = await layoutIn(dir);
  const result = await copy(dir, [layout.reference('app'), `dir:${dir.join('out')}`, '--skopeo-path', 'skopeo'], {
    PATH: dir.path,
  });
  assert.equal(result.exitCode, 69);
  assert.match(result.stderr, /skopeo is not installed, or not in PATH\nInstall it \(apt-get install skopeo/);
  assert.equal(existsSync(dir.join('out')), false);
});

test('names what is wrong with the path of skopeo', async () => {
  await using dir = await tempDir('errors');
  await writeFile(dir.join('text'), 'no program');
  await writeFile(dir.join('other'), '#!/bin/sh\necho something else\n');
  await chmod(dir.join('other'), 0o755);
  for (const [path, reason] of [
    [dir.join('missing'), /does not exist/],
    [dir.path, /is not a program/],
    [dir.join('text'), /cannot be run: permission denied/],
    [dir.join('other'), /is not skopeo/],
  ] as const) {
    const result = await copy(dir, ['dir:a', 'dir:b', '--skopeo-path', path]);
    assert.equal(result.exitCode, 69, result.stderr);
    assert.match(result.stderr, reason);
  }
});

test('a registry that refuses connections is named, with what to check', async () => {
  await using dir = await tempDir('errors');
  await using closed = await closedPort();
  const source = `docker://${closed.host}/team/app:1`;
  const result = await copy(dir, ['--src-tls-verify=false', source, `dir:${dir.join('out')}`]);
  assert.equal(result.exitCode, 1);
  assert.match(result.stderr, /level=fatal msg=.*connection refused/, "skopeo's own line");
  assert.match(
    result.stderr,
    new RegExp(`copy failed \\(connection_refused\\): Check that ${closed.host.replaceAll('.', '\\.')} is up`),
  );
});

test('an image that cannot be read, and one that is not there, are told apart', async () => {
  await using dir = await tempDir('errors');
  const layout = await layoutIn(dir);
  const missing = await copy(dir, [layout.reference('other'), `dir:${dir.join('out')}`]);
  assert.notEqual(missing.exitCode, 0);
  assert.match(missing.stderr, /copy failed \(not_found\)/);
  await mkdir(dir.join('file'), { recursive: true });
  await writeFile(dir.join('file', 'index.json'), '{ "no": "index"');
  await writeFile(dir.join('file', 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const broken = await copy(dir, [`oci:${dir.join('file')}:app`, `dir:${dir.join('out')}`]);
  assert.notEqual(broken.exitCode, 0);
  assert.match(broken.stderr, /copy failed \((?:invalid_manifest|unknown|not_found)\)/);
});

test('wrong flags are refused with the nearest right one before anything is touched', async () => {
  await using dir = await tempDir('errors');
  const layout = await layoutIn(dir);
  const result = await copy(dir, [layout.reference('app'), `dir:${dir.join('out')}`, '--metrics-textfiel', dir.path]);
  assert.equal(result.exitCode, 64);
  assert.match(result.stderr, /unknown flag --metrics-textfiel of copy\nDid you mean --metrics-textfile\?/);
  assert.equal(existsSync(dir.join('out')), false);
  assert.equal(existsSync(dir.join('state')), false);
});
