/**
 * Feeds mutated frames of recorded runs to the parsers and the tracker. Prints frames a second, the heap before and after
 * and every crash with the seed that repeats it; ends with status 1 if there was one.
 *
 * node --expose-gc scripts/fuzz-parser.ts [--frames 10000000] [--seconds 300] [--seed 1]
 */
import { parseArgs } from 'node:util';
import { chunkBytes, loadRuns } from '../test/support/recorded-run.ts';
import { type Frame, runFrames } from './fuzzing/fuzzed-run.ts';
import { mutate } from './fuzzing/mutate.ts';
import { seededRandom } from './monitoring/random.ts';

const { values } = parseArgs({
  options: {
    frames: { type: 'string', default: '10000000' },
    seconds: { type: 'string', default: '300' },
    seed: { type: 'string', default: '1' },
  },
});
const wanted = Number(values.frames);
const untilMs = performance.now() + Number(values.seconds) * 1000;
/** Nothing in a frame may take this long. */
const HANG_MS = 2_000;
const MAX_CRASHES = 10;

const runs = loadRuns().map((run) => ({
  onTerminal: run.winsize !== undefined,
  frames: run.chunks.map((chunk): Frame => ({ stream: chunk.stream, bytes: chunkBytes(chunk) })),
}));
const pool = runs.flatMap(({ frames }) => frames.map(({ bytes }) => bytes));

const heapBytes = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
};

const say = (text: string): void => void process.stdout.write(`${text}\n`);
const MIB = 1024 ** 2;

let frames = 0;
let crashes = 0;
let slowestMs = 0;

const mutated = function* (original: readonly Frame[], random: () => number): Generator<Frame> {
  for (const { stream, bytes } of original) {
    frames++;
    yield { stream: random() < 0.02 ? 'stderr' : stream, bytes: mutate(bytes, pool, random) };
  }
};

const runOne = (seed: number): void => {
  const random = seededRandom(seed);
  const run = runs[Math.floor(random() * runs.length)];
  if (!run) return;
  const startedMs = performance.now();
  try {
    runFrames(mutated(run.frames, random), run.onTerminal);
  } catch (error) {
    crashes++;
    say(`crash, repeat with --seed ${seed} --frames 1: ${error instanceof Error ? error.stack : error}`);
  }
  slowestMs = Math.max(slowestMs, performance.now() - startedMs);
};

let seed = Number(values.seed);
// The first runs fill caches and compile.
for (const end = seed + Math.min(2_000, wanted); seed < end; seed++) runOne(seed);
const startHeap = heapBytes();
const startedMs = performance.now();
const startFrames = frames;
while (frames < wanted && crashes < MAX_CRASHES && performance.now() < untilMs) runOne(seed++);
const seconds = (performance.now() - startedMs) / 1000;
const endHeap = heapBytes();

say(`${frames} frames in ${seed - Number(values.seed)} runs, ${Math.round((frames - startFrames) / seconds)} frames/s`);
say(`heap ${(startHeap / MIB).toFixed(1)} MiB at the start, ${(endHeap / MIB).toFixed(1)} MiB at the end`);
say(`slowest run ${slowestMs.toFixed(0)} ms, ${crashes} crashes`);
process.exitCode = crashes > 0 || slowestMs > HANG_MS ? 1 : 0;
