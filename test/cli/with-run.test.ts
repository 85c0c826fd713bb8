import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { systemClock } from '../../src/context.ts';
import { systemHost } from '../../src/host/host.ts';
import { makeTemporaryDirectory } from '../../src/host/temporary-directory.ts';
import { runProgram } from '../../src/main.ts';
import { consoleIn } from '../support/console.ts';
import { readSamples } from '../support/exposition.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';

const countedIn = async (dir: TempDir) => {
  const shown = consoleIn(dir);
  assert.equal(await runProgram(['metrics'], shown.context), 0, shown.text());
  return readSamples(shown.text());
};

const COMMANDS = {
  copy: ['copy', 'dir:nowhere', 'dir:new'],
  inspect: ['inspect', 'docker://127.0.0.1:1/app'],
  sync: ['sync', '--src', 'docker', '--dest', 'dir', '127.0.0.1:1/app:1', 'new'],
} as const;

type Command = keyof typeof COMMANDS;

interface Step {
  readonly name: string;
  readonly commands?: readonly Command[];
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly errorType: string;
  readonly exitCode: number;
}

const LOGIN_OF: Readonly<Record<Command, string>> = {
  copy: '--src-creds-file',
  inspect: '--creds-file',
  sync: '--src-creds-file',
};

/** Everything that can go wrong between the command line and the body of a run. */
const stepsOf = (command: Command): readonly Step[] => [
  { name: 'events that cannot be written', args: ['--events', 'gone/events'], errorType: 'usage', exitCode: 64 },
  { name: 'a textfile of no use', args: ['--metrics-textfile', 'no-such'], errorType: 'usage', exitCode: 64 },
  { name: 'credentials that cannot be read', args: [LOGIN_OF[command], 'gone'], errorType: 'usage', exitCode: 64 },
  {
    name: 'no skopeo',
    args: [],
    env: { SKOPEO_WRAPPER_SKOPEO_PATH: '/nowhere/skopeo' },
    errorType: 'skopeo_missing',
    exitCode: 69,
  },
  {
    name: 'a skopeo that does not know the flag',
    commands: ['copy', 'inspect'],
    args: ['--user-agent-prefix', 'x'],
    env: { SKOPEO_WRAPPER_SKOPEO_PATH: 'old-skopeo' },
    errorType: 'skopeo_missing',
    exitCode: 69,
  },
  {
    name: 'a named authfile that is damaged',
    commands: ['inspect'],
    args: ['--creds', 'u:p', '--authfile', 'damaged.json'],
    errorType: 'usage',
    exitCode: 64,
  },
  {
    name: 'a report that cannot be written',
    commands: ['sync'],
    args: ['--report', 'gone/r'],
    errorType: 'usage',
    exitCode: 64,
  },
  {
    name: 'a list that is not there',
    commands: ['sync'],
    args: ['--images', 'gone'],
    errorType: 'usage',
    exitCode: 64,
  },
];

for (const command of Object.keys(COMMANDS) as Command[]) {
  for (const { name, args, env, errorType, exitCode, commands = [command] } of stepsOf(command)) {
    if (!commands.includes(command)) continue;
    test(`${command}: ${name} is a failed run of the job, and nothing else was done`, async () => {
      await using dir = await tempDir('with-run');
      await writeFile(dir.join('old-skopeo'), '#!/bin/sh\necho skopeo version 1.9.3\n', { mode: 0o755 });
      await writeFile(dir.join('damaged.json'), '{');
      const named = Object.fromEntries(
        Object.entries(env ?? {}).map(([key, value]) => [key, value === 'old-skopeo' ? dir.join(value) : value]),
      );
      const shown = consoleIn(dir, named);
      const before = await readdir(dir.path);
      const status = await runProgram([...COMMANDS[command], ...args, '--job-name', 'nightly'], shown.context);
      assert.equal(status, exitCode, shown.text());
      const samples = await countedIn(dir);
      assert.equal(samples.sum('skopeo_job_last_exit_code', { job_name: 'nightly' }), exitCode);
      assert.equal(samples.sum('skopeo_job_runs_total', { job_name: 'nightly', status: 'error' }), 1);
      assert.equal(samples.sum('skopeo_operation_errors_total', { operation: command, error_type: errorType }), 1);
      const made = (await readdir(dir.path)).filter((entry) => !before.includes(entry) && entry !== 'state');
      assert.deepEqual(
        made.filter((entry) => entry === 'new' || entry.startsWith('skopeo-wrapper')),
        [],
      );
    });
  }
}

test('a mirror file that is wrong is a failed run of the job that the command line names', async () => {
  await using dir = await tempDir('with-run');
  await writeFile(dir.join('mirror.yml'), 'version: 1\nimages: 7\n');
  const shown = consoleIn(dir);
  assert.equal(
    await runProgram(['sync', '--file', 'mirror.yml', '--job-name', 'nightly'], shown.context),
    64,
    shown.text(),
  );
  const samples = await countedIn(dir);
  assert.equal(samples.sum('skopeo_job_last_exit_code', { job_name: 'nightly' }), 64);
  assert.equal(samples.sum('skopeo_operation_errors_total', { operation: 'sync', error_type: 'usage' }), 1);
});

test('checks and plans are no runs', async () => {
  await using dir = await tempDir('with-run');
  for (const mode of ['--check', '--dry-run', '--plan-only']) {
    const env = { SKOPEO_WRAPPER_SKOPEO_PATH: '/nowhere/skopeo' };
    await runProgram([...COMMANDS.sync, mode, '--shard', '9/2', '--job-name', 'nightly'], consoleIn(dir, env).context);
  }
  assert.equal((await countedIn(dir)).sum('skopeo_operations_total', {}), 0);
});

test('a signal ends a run that has not begun, and the job has failed', async () => {
  await using dir = await tempDir('with-run');
  const shown = consoleIn(dir);
  const ended = runProgram([...COMMANDS.sync, '--images', '-', '--job-name', 'nightly'], shown.context);
  await waitFor('the run to listen', () => shown.signals.listenerCount('SIGTERM') > 0);
  shown.signals.emit('SIGTERM', 'SIGTERM');
  assert.equal(await ended, 143, shown.text());
  assert.equal(shown.signals.listenerCount('SIGTERM'), 0);
  const samples = await countedIn(dir);
  assert.equal(samples.sum('skopeo_job_last_exit_code', { job_name: 'nightly' }), 143);
  assert.equal(samples.sum('skopeo_operation_errors_total', { operation: 'sync', error_type: 'canceled' }), 1);
});

test('what a run opened is closed in the end, however it ends', async () => {
  await using dir = await tempDir('with-run');
  await mkdir(dir.join('tmp'));
  const env = { TMPDIR: dir.join('tmp') };
  const creds = ['--src-creds', 'user:secret'];
  for (const args of [
    ['copy', ...creds, 'docker://127.0.0.1:1/app', 'oci-archive:new.tar'],
    ['copy', ...creds, '--metrics-textfile', 'no-such', 'docker://127.0.0.1:1/app', 'oci-archive:new.tar'],
    ['sync', ...creds, '--retry-times', '0', '--src', 'docker', '--dest', 'dir', '127.0.0.1:1/app:1', 'new'],
  ]) {
    const shown = consoleIn(dir, env);
    assert.notEqual(await runProgram(args, shown.context), 0);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'])
      assert.equal(shown.signals.listenerCount(signal), 0);
    assert.deepEqual(await readdir(dir.join('tmp')), [], args.join(' '));
    assert.ok(!existsSync(dir.join('new.tar')));
    assert.doesNotMatch(shown.text(), /secret/);
  }
});

test('what killed runs left in any of its temporary places is removed at the start of a run', async () => {
  await using dir = await tempDir('with-run');
  const here = systemHost(systemClock);
  const dead = { ...here, identity: { ...here.identity, pid: 4_194_304 } };
  for (const place of ['tmp', 'run', 'big']) {
    await mkdir(dir.join(place));
    makeTemporaryDirectory(dir.join(place), 'scratch', dead);
  }
  const env = { TMPDIR: dir.join('tmp'), XDG_RUNTIME_DIR: dir.join('run') };
  assert.notEqual(await runProgram([...COMMANDS.copy, '--tmpdir', 'big'], consoleIn(dir, env).context), 0);
  for (const place of ['tmp', 'run', 'big']) assert.deepEqual(await readdir(dir.join(place)), [], place);
});
