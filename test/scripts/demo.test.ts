import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { tempDir } from '../support/temp.ts';

const root = resolve(import.meta.dirname, '../..');

/** Without what differs from run to run and from machine to machine: times, sizes, architecture, who we are. */
const comparable = (text: string): string =>
  text
    .replaceAll(/ \d{2,}$| \d+\.\d+$/gm, ' N')
    .replaceAll(/\b(?:arm64|x64)\b/g, 'ARCH')
    .replaceAll(/^ {2}sudo /gm, '  ')
    .trim();

test('npm start ends with what the README shows', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'scripts/demo.mjs')], { cwd: root });
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const [, shown = ''] = /^What `npm start` ends with:\n```\n([\s\S]*?)```$/m.exec(readme) ?? [];
  const end = stdout.slice(stdout.indexOf('What Prometheus is told'));
  assert.equal(comparable(end), comparable(shown));
});

test('a demo that is broken off while it makes its image leaves nothing behind', async () => {
  await using dir = await tempDir('demo');
  const env = { ...process.env, TMPDIR: dir.path };
  const stdio: ['ignore', 'pipe', 'inherit'] = ['ignore', 'pipe', 'inherit'];
  const demo = spawn(process.execPath, [join(root, 'scripts/demo.mjs')], { cwd: root, env, stdio });
  await once(demo.stdout, 'data');
  demo.kill('SIGINT');
  assert.deepEqual(await once(demo, 'exit'), [130, null]);
  assert.deepEqual(await readdir(dir.path), []);
});
