import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import pjson from '../../package.json' with { type: 'json' };
import { projectNode } from '../../scripts/setup/npm-packages.mjs';
import { tempDir } from '../support/temp.ts';

const root = resolve(import.meta.dirname, '../..');

const launch = (argv: readonly string[], { nodeOptions = [] as readonly string[], directory = root } = {}) =>
  spawnSync(process.execPath, [...nodeOptions, join(directory, 'scripts/launch.cjs'), ...argv], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  });

test('every script of package.json is launched, so that it runs under our Node whatever PATH and npm hold', () => {
  for (const [name, script] of Object.entries(pjson.scripts)) {
    if (name !== 'prepack') assert.match(script, /^node scripts\/launch\.cjs /, name);
  }
});

test('programs of npm packages and scripts of ours run under our Node, which is the first of PATH too', () => {
  const { status, stdout } = launch(['biome', '--version']);
  assert.equal(status, 0);
  assert.match(stdout, /^Version: \d/);
  const node = projectNode(root);
  const print = 'console.log([process.execPath, process.env.PATH.split(":")[0]].join())';
  const options = [`--import=data:text/javascript,${encodeURIComponent(print)}`];
  assert.equal(launch([...options, 'scripts/command-classes.mjs']).stdout, `${node},${dirname(node)}\n`);
});

test('the exit status is that of the program', () => {
  assert.equal(launch(['biome', 'no-such-command']).status, 1);
});

test('an unknown part and a missing program are refused', () => {
  for (const argv of [['--set-up=nonsense', 'scripts/demo.mjs'], []]) {
    const { status, stderr } = launch(argv);
    assert.equal(status, 1);
    assert.match(stderr, /Usage: .*start\|test/);
  }
});

const preloadThat = (does: string) => ['--import', `data:text/javascript,${encodeURIComponent(does)}`];
const VERSION = (version: string) =>
  `const { versions } = process;
Object.defineProperty(process, 'versions', { value: { ...versions, node: '${version}' } });`;
const PLATFORM = (platform: string) => `Object.defineProperty(process, 'platform', { value: '${platform}' });`;

test('a Node that is too old is told first, with what helps, and nothing is installed', async () => {
  await using fresh = await tempDir('launch');
  await mkdir(fresh.join('scripts'));
  await cp(join(root, 'scripts/launch.cjs'), fresh.join('scripts/launch.cjs')); // no setup/ beside it: it is not reached
  const run = (does: string) =>
    launch(['--set-up=start', 'scripts/demo.mjs'], { nodeOptions: preloadThat(does), directory: fresh.path });

  const old = run(VERSION('16.20.2'));
  assert.equal(old.status, 69);
  assert.match(old.stderr, /^Node 18 or newer is needed; this is .*Nothing was installed.*\n {2}npx .* npm start/);

  const elsewhere = run(PLATFORM('darwin') + VERSION('22.0.0'));
  assert.equal(elsewhere.status, 69);
  assert.match(elsewhere.stderr, /^Node 24 or newer is needed.*\n.*nodejs\.org/);

  assert.notEqual(run(VERSION('18.0.0')).status, 69);
});

test('our Node is found by its path: npm 10 and older leave it out of .bin', async () => {
  await using fresh = await tempDir('launch');
  const node = fresh.join(`node_modules/node-${process.platform}-${process.arch}/bin/node`);
  await mkdir(dirname(node), { recursive: true });
  await writeFile(node, '');
  await chmod(node, 0o755);
  assert.equal(projectNode(fresh.path), node);
});
