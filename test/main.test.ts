import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import manifest from '../oclif.manifest.json' with { type: 'json' };
import pjson from '../package.json' with { type: 'json' };

const cli = resolve(import.meta.dirname, '../bin/dev.js');

const run = (argv: string[], options: { env?: NodeJS.ProcessEnv; uid?: number } = {}) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...argv], { encoding: 'utf8', ...options });
  return { status, stdout, stderr };
};

test('--version and -v print name, version, platform and Node', () => {
  const stdout = `${pjson.name}/${pjson.version} ${process.platform}-${process.arch} node-${process.version}\n`;
  for (const argv of [['--version'], ['-v'], ['--debug', '--version'], ['-v', '--version=true']]) {
    assert.deepEqual(run(argv), { status: 0, stdout, stderr: '' });
  }
});

test('help lists every command that is not hidden, however it is asked for', () => {
  const { status, stdout, stderr } = run(['--help']);
  assert.equal(status, 0, stderr);
  for (const { id, ...command } of Object.values(manifest.commands)) {
    if ('hidden' in command && command.hidden) continue;
    assert.match(stdout, new RegExp(`^  ${id} `, 'm'));
  }
  for (const argv of [[], ['-h'], ['help'], ['--debug', '--help']]) assert.equal(run(argv).stdout, stdout);
});

test('help of a command, before or behind its arguments', () => {
  const { status, stdout } = run(['copy', '--help']);
  assert.equal(status, 0);
  assert.match(stdout, /USAGE\n {2}\$ skopeo-wrapper copy/);
  for (const argv of [
    ['help', 'copy'],
    ['--debug', 'copy', 'a', '-h'],
  ])
    assert.equal(run(argv).stdout, stdout);
});

test('options alone are no command', () => {
  const { status, stdout, stderr } = run(['--debug']);
  assert.deepEqual({ status, stdout }, { status: 64, stdout: '' });
  assert.match(stderr, /No command given\.\nSee skopeo-wrapper --help/);
});

test('-v in front of a command means nothing, and nothing elsewhere', () => {
  const { status, stdout } = run(['-v', 'copy', '--help']);
  assert.equal(status, 0);
  assert.equal(stdout, run(['copy', '--help']).stdout);
  for (const argv of [['-v=false'], ['--version=maybe'], ['--', '--version'], ['--version', '--nonsense']]) {
    assert.deepEqual([run(argv).status, run(argv).stdout], [64, '']);
  }
});

test('help of what does not exist is a usage error', () => {
  assert.equal(run(['help', 'nonsense']).status, 64);
});

test('runs for a user id that the system does not know, without any environment', {
  skip: process.getuid?.() !== 0 && 'only root can change its user id',
}, () => {
  const { status, stderr } = run(['copy', '--help'], { env: {}, uid: 54_321 });
  assert.equal(status, 0, stderr);
});

test('a full disk below stdout is told by status and stderr, below stderr it is nothing', () => {
  const lose = (redirect: string, ...argv: string[]) =>
    spawnSync('bash', ['-c', `"$@" ${redirect}`, 'bash', process.execPath, cli, ...argv], { encoding: 'utf8' });
  const { status, stderr } = lose('> /dev/full', '--help');
  assert.equal(status, 74);
  assert.equal(stderr, 'skopeo-wrapper: stdout could not be written: ENOSPC: no space left on device, write\n');
  assert.equal(lose('> /dev/full 2> /dev/full', 'help', 'nonsense').status, 64);
});

test('a reader that goes away is no failure', () => {
  for (const flag of ['--help', '--version']) {
    const script = 'set -o pipefail; "$@" | true';
    const { status, stderr } = spawnSync('bash', ['-c', script, 'bash', process.execPath, cli, flag], {
      encoding: 'utf8',
    });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  }
});
