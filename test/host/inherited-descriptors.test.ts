import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const SCRIPT = `
import(process.argv[1]).then(({ inheritedDescriptors }) => {
  const found = inheritedDescriptors(); // before Node opens anything for its streams
  process.stdout.write(JSON.stringify(found));
});`;
const SOURCE = new URL('../../src/host/inherited-descriptors.ts', import.meta.url).href;

/** What a process finds that bash started with these redirections. */
const found = (redirections: string): number[] => {
  const command = `exec "$@" ${redirections}`;
  const { stdout, stderr } = spawnSync(
    'bash',
    ['--norc', '-c', command, 'bash', process.execPath, '-e', SCRIPT, SOURCE],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: { PATH: process.env.PATH }, // a module that NODE_OPTIONS loads would come first
    },
  );
  assert.equal(stderr, '');
  return JSON.parse(stdout);
};

/** Whoever runs the tests may have left some open. */
const always = new Set(found(''));
const given = (redirections: string): number[] => found(redirections).filter((fd) => !always.has(fd));

test('descriptors are found whatever they lead to and however far apart they are, and none of Node', () => {
  assert.deepEqual(given('3</etc/passwd 5</ 7>&1 60>/dev/full'), [3, 5, 7, 60]);
  assert.deepEqual(given('3</etc/passwd 4</etc/passwd 5</etc/passwd 6</etc/passwd 20</etc/passwd'), [3, 4, 5, 6, 20]);
  assert.deepEqual(given('3</dev/null 9>/dev/null 30</dev/null'), [3, 9, 30]);
});

test('either end of a pipe is found', () => {
  assert.ok(given('9> >(cat)').includes(9));
  assert.ok(given('9< <(true)').includes(9));
  assert.deepEqual(given('8>&1 9>&1 | cat'), [8, 9]);
});
