/**
 * Loaded before each test file: ends its process when no test of it begins or ends for SKOPEO_WRAPPER_TEST_LIMIT_SECONDS,
 * 120 unless told otherwise: a test or a hook hangs, or something is still open after the last test. On a busy machine
 * these seconds pass slower, by the factor of its load to its processors. The load is read every second, since it may
 * rise while a test runs.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { after, afterEach, beforeEach } from 'node:test';

const { NODE_TEST_CONTEXT, SKOPEO_WRAPPER_TEST_LIMIT_SECONDS: LIMIT_SECONDS = '120' } = process.env;
const TICK_MS = 1000;

const running = new Set();
let ended = false;
let idleSeconds = 0;

const childrenOf = (pid) => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean),
    );
  } catch {
    return []; // gone, or not Linux
  }
};

/** Ends what a test has started and left, and names it: whoever holds our output keeps the runner waiting. */
const endDescendants = (pid) => {
  for (const child of childrenOf(pid)) {
    endDescendants(child);
    try {
      const command = readFileSync(`/proc/${child}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      process.stderr.write(`ended what was still running: ${command}\n`);
      process.kill(Number(child), 'SIGKILL');
    } catch {
      // gone
    }
  }
};

const tick = () => {
  idleSeconds += TICK_MS / 1000 / Math.max(1, loadavg()[0] / availableParallelism());
  if (idleSeconds < Number(LIMIT_SECONDS)) return;
  const what = ended ? `still open after the last test: ${process.getActiveResourcesInfo().join(', ')}` : undefined;
  const tests = running.size > 0 ? `still running: ${[...running].join('; ')}` : 'a hook is still running';
  process.stderr.write(`${process.argv[1]}: nothing happened for ${LIMIT_SECONDS} s; ${what ?? tests}\n`);
  endDescendants(process.pid);
  process.exit(1);
};

const isTestFile = NODE_TEST_CONTEXT?.startsWith('child') && process.argv[1] !== undefined;
if (isTestFile) {
  setInterval(tick, TICK_MS).unref();
  const beginsOrEnds = (change) => (test) => {
    idleSeconds = 0;
    change(test.fullName);
  };
  beforeEach(beginsOrEnds((name) => running.add(name)));
  afterEach(beginsOrEnds((name) => running.delete(name)));
  after(() => {
    ended = true;
    idleSeconds = 0;
  });
}
