import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import manifest from '../oclif.manifest.json' with { type: 'json' };
import pjson from '../package.json' with { type: 'json' };
import { NEEDS_ROOT } from './support/needs-root.ts';
import { asUser } from './support/nobody.ts';
import { CLI } from './support/process.ts';
import { runHere } from './support/run-here.ts';

const run = (argv: string[]) => {
  const [program, ...before] = CLI;
  const { status, stdout, stderr } = spawnSync(program, [...before, ...argv], { encoding: 'utf8' });
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

test('options alone are no command', async () => {
  const { exitCode, stdout, stderr } = await runHere(['--debug']);
  assert.deepEqual({ exitCode, stdout }, { exitCode: 64, stdout: '' });
  assert.match(stderr, /No command given\.\nSee skopeo-wrapper --help/);
});

test('-v in front of a command means nothing, and nothing elsewhere', async () => {
  const { status, stdout } = run(['-v', 'copy', '--help']);
  assert.equal(status, 0);
  assert.equal(stdout, run(['copy', '--help']).stdout);
  for (const argv of [['-v=false'], ['--version=maybe'], ['--', '--version'], ['--version', '--nonsense']]) {
    const { exitCode, stdout } = await runHere(argv);
    assert.deepEqual([exitCode, stdout], [64, '']);
  }
});

test('help of what does not exist is a usage error', async () => {
  assert.equal((await runHere(['help', 'nonsense'])).exitCode, 64);
});

test('runs for a user id that the system does not know, without any environment', {
  skip: NEEDS_ROOT,
}, () => {
  const [command, ...argv] = [...asUser(54_321), 'env', '-i', ...CLI, 'copy', '--help'];
  const { status, stderr } = spawnSync(command, argv, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('a full disk below stdout is told by status and stderr, below stderr it is nothing', () => {
  const lose = (redirect: string, ...argv: string[]) =>
    spawnSync('sh', ['-c', `"$@" ${redirect}`, 'sh', ...CLI, ...argv], { encoding: 'utf8' });
  const { status, stderr } = lose('> /dev/full', '--help');
  assert.equal(status, 74);
  assert.equal(stderr, 'skopeo-wrapper: stdout could not be written: ENOSPC: no space left on device, write\n');
  assert.equal(lose('> /dev/full 2> /dev/full', 'help', 'nonsense').status, 64);
});

test('a reader that goes away is no failure', () => {
  for (const flag of ['--help', '--version']) {
    const script = 'set -o pipefail; "$@" | true';
    const { status, stderr } = spawnSync('bash', ['--norc', '-c', script, 'bash', ...CLI, flag], {
      encoding: 'utf8',
    });
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
  }
});
