/**
 * Plays a plan in the place of skopeo: `node player.mjs PLAN.json ARGV…`. Only what Node brings, no build, so that it
 * starts quickly. Each call is appended to `PLAN.json.calls` as one JSON line: argv, pid and whether stdout was a
 * terminal.
 */
import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isatty } from 'node:tty';

const [planPath, ...argv] = process.argv.slice(2);
const plan = JSON.parse(readFileSync(planPath, 'utf8'));
const FD = { stdout: 1, stderr: 2 };
const RUNS = join(import.meta.dirname, '..', '..', 'fixtures', 'runs');
const MOVE_BYTES = 64 * 1024;

const write = (stream, bytes) => {
  for (let at = 0; at < bytes.length; ) at += writeSync(FD[stream], bytes, at);
};

const die = async (signal) => {
  process.kill(process.pid, signal);
  await new Promise(() => setInterval(() => {}, 1000));
};

const chunkBytes = ({ text, base64 }) => Buffer.from(base64 ?? text, base64 === undefined ? 'utf8' : 'base64');

/** A terminal adds the carriage returns that the recording already has. */
const forStream = (stream, bytes) =>
  stream === 'stdout' && isatty(1) ? Buffer.from(bytes.toString('latin1').replaceAll('\r\n', '\n'), 'latin1') : bytes;

const replay = async ({ replay: { version, case: name, mode }, timed, goOn }) => {
  const file = `${name}.${mode ?? (isatty(1) ? 'pty' : 'pipe')}.json`;
  const run = JSON.parse(readFileSync(join(RUNS, version, file), 'utf8'));
  let nowMs = 0;
  for (const chunk of run.chunks) {
    if (timed && chunk.ms > nowMs) await sleep(chunk.ms - nowMs);
    nowMs = chunk.ms;
    write(chunk.stream, forStream(chunk.stream, chunkBytes(chunk)));
  }
  if (timed) await sleep(Math.max(0, run.durationMs - nowMs));
  if (goOn) return;
  if (run.signal !== null) await die(run.signal);
  process.exit(run.exitCode);
};

/** A linear congruential generator (Numerical Recipes): cheap, and the same everywhere. */
const garbage = ({ garbage: stream, bytes, seed = 1 }) => {
  let state = seed;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  write(stream, Uint8Array.from({ length: bytes }, next));
};

const moveBytes = async ({ moveBytes: total, bytesPerSecond }) => {
  const [zero, nothing] = [openSync('/dev/zero', 'r'), openSync('/dev/null', 'w')];
  const piece = Buffer.alloc(MOVE_BYTES);
  for (let left = total; left > 0; left -= MOVE_BYTES) {
    const size = Math.min(left, MOVE_BYTES);
    readSync(zero, piece, 0, size);
    writeSync(nothing, piece, 0, size);
    if (bytesPerSecond) await sleep((size / bytesPerSecond) * 1000);
  }
};

/** Printed in one piece as far as it is small, so that 100 MB do not take 100 million calls. */
const print = ({ write: stream, repeat = 1, ...content }) => {
  const once = chunkBytes(content);
  const perPiece = Math.max(1, Math.min(repeat, Math.floor((1024 * 1024) / Math.max(1, once.length))));
  const piece = Buffer.concat(Array.from({ length: perPiece }, () => once));
  for (let left = repeat; left > 0; left -= perPiece) {
    write(stream, left >= perPiece ? piece : piece.subarray(0, left * once.length));
  }
};

const ACTIONS = {
  replay,
  garbage,
  moveBytes,
  write: print,
  waitMs: ({ waitMs }) => sleep(waitMs),
  ignore: ({ ignore }) => {
    for (const signal of ignore) process.on(signal, () => {});
  },
  close: ({ close }) => closeSync(FD[close]),
  startChild: () => void spawn('sleep', ['600'], { stdio: ['ignore', 'ignore', 'inherit'] }),
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
  exit: ({ exit }) => process.exit(exit),
  die: ({ die: signal }) => die(signal),
};

const DEFAULT_OTHERS = [
  { write: 'stderr', text: 'time="2026-01-01T00:00:00Z" level=fatal msg="not in the plan of this fake"\n' },
  { exit: 1 },
];

const stepsOf = (subcommand) => {
  if (subcommand !== 'copy' && subcommand !== 'sync') return plan.others ?? DEFAULT_OTHERS;
  const callsPath = `${planPath}.calls`;
  appendFileSync(callsPath, `${JSON.stringify({ argv, pid: process.pid, terminal: isatty(1) })}\n`);
  const count = readFileSync(callsPath, 'utf8').trimEnd().split('\n').length;
  return plan.calls[Math.min(count, plan.calls.length) - 1];
};

if (argv.includes('--version') || argv.includes('-v')) {
  writeSync(1, `skopeo version ${plan.version ?? '1.18.0'}\n`);
  process.exit(0);
}
for (const step of stepsOf(argv.find((argument) => !argument.startsWith('-')))) {
  const action = Object.keys(step).find((key) => Object.hasOwn(ACTIONS, key));
  await ACTIONS[action](step);
}
