import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/context.ts';
import { systemHost } from '../../src/host/host.ts';
import { createProcessTable } from '../../src/host/process-table.ts';
import { temporaryDirectory } from '../metrics/state/support/fixtures.ts';

const { processes } = systemHost(systemClock);

const failing = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

test('a running process is told from one that had its pid before', () => {
  const ticks = processes.startTicks(process.pid);
  assert.ok(ticks !== undefined && ticks > 0);
  assert.equal(processes.isRunning(process.pid, ticks), true);
  assert.equal(processes.isRunning(process.pid, ticks - 1), false);
});

test('a process that has ended does not run', async () => {
  const child = spawn('sleep', ['60']);
  const pid = child.pid ?? 0;
  const ticks = processes.startTicks(pid);
  assert.equal(processes.isRunning(pid, ticks), true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(processes.isRunning(pid, ticks), false);
});

test('a zombie does not run, and a name with spaces and parentheses does no harm', (t) => {
  const procDir = temporaryDirectory(t);
  const write = (pid: string, state: string) => {
    mkdirSync(join(procDir, pid));
    const after = [state, ...Array.from({ length: 18 }, () => '0'), '4711', '0'];
    writeFileSync(join(procDir, pid, 'stat'), `${pid} (evil) R (x) ${after.join(' ')}\n`);
  };
  write('5', 'S');
  write('6', 'Z');
  const table = createProcessTable({ procDir, probe: failing('ESRCH') });
  assert.equal(table.startTicks(5), 4711);
  assert.equal(table.isRunning(5, 4711), true);
  assert.equal(table.isRunning(6, 4711), false);
});

test('where procfs hides processes signal 0 tells: EPERM means alive', (t) => {
  const procDir = temporaryDirectory(t);
  const running = (probe: (pid: number) => void) => createProcessTable({ procDir, probe }).isRunning(5, 4711);
  assert.equal(running(failing('EPERM')), true);
  assert.equal(running(failing('ESRCH')), false);
  assert.equal(
    running(() => {}),
    true,
  );
});
