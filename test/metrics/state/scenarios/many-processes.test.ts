import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import PQueue from 'p-queue';
import { listState, type StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import type { MetricsView } from '../../../../src/metrics/view.ts';
import { sequences } from '../../../support/sequences.ts';
import { type Counted, isPossible, possibilities } from '../stress/journal.ts';
import { counter, hostWith, temporaryDirectory, view } from '../support/fixtures.ts';

const PROCESSES = Math.min(400, sequences(32));
const AT_ONCE = 16;

/** The scripts as single files: they start in half the time. */
const bundle = async (outdir: string): Promise<(name: string) => string> => {
  const entryPoints = ['run', 'folder', 'reader'].map((name) =>
    fileURLToPath(new URL(`../stress/${name}.ts`, import.meta.url)),
  );
  const outExtension = { '.js': '.mjs' };
  await build({
    entryPoints,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    outdir,
    outExtension,
    logLevel: 'error',
  });
  return (name) => join(outdir, `${name}.mjs`);
};

const start = (t: TestContext, script: string, ...args: string[]): ChildProcess => {
  const env = { ...process.env, NODE_COMPILE_CACHE: join(dirname(script), 'compiled') };
  const child = spawn(process.execPath, [script, ...args], { stdio: ['pipe', 'pipe', 'inherit'], env });
  t.after(() => child.kill('SIGKILL'));
  return child;
};

/** Waits for an output; after the first one the imports are over. */
const said = async (child: ChildProcess, word: string): Promise<void> => {
  let output = '';
  for await (const chunk of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    output += chunk;
    if (output.includes(word)) return;
  }
};

const ended = (child: ChildProcess): Promise<unknown> => once(child, 'close');

const victimAt = (index: number): 'anywhere' | 'in a copy' | undefined => {
  if (index % 4 !== 0) return undefined;
  return index % 8 === 0 ? 'anywhere' : 'in a copy';
};

/** Runs everything; one process in eight is killed at a random moment, one in a copy. Resolves with the journals. */
const runAll = async (t: TestContext, script: string, location: StateLocation, journals: string): Promise<string[]> => {
  const queue = new PQueue({ concurrency: AT_ONCE });
  const files = Array.from({ length: PROCESSES }, (_, index) => join(journals, String(index)));
  await queue.addAll(
    files.map((journal, index) => async () => {
      const victim = victimAt(index);
      const child = start(t, script, JSON.stringify({ location, journal, victim }));
      const end = ended(child);
      if (victim !== undefined) {
        await said(child, victim === 'anywhere' ? 'started' : 'copying');
        if (victim === 'anywhere') await delay(Math.random() * 200);
        child.kill('SIGKILL');
      }
      child.stdout?.resume();
      await end;
    }),
  );
  const written = new Set(readdirSync(journals));
  return files.filter((_, index) => written.has(String(index)));
};

/** Starts folders, each killed at a random moment and followed by the next, until told to stop. */
const foldAndKill = async (
  t: TestContext,
  [script, location, announce]: [script: string, location: StateLocation, announce: 'start' | 'folded'],
  stop: AbortSignal,
) => {
  const stopped = once(stop, 'abort');
  let kills = 0;
  while (!stop.aborted) {
    const child = start(t, script, JSON.stringify(location), announce);
    const end = ended(child);
    await Promise.race([said(child, announce), stopped]);
    await delay(Math.random() * 300);
    child.kill('SIGKILL');
    await end;
    kills++;
  }
  return kills;
};

const startReader = (t: TestContext, script: string, location: StateLocation, kind: 'stays' | 'once') => {
  const child = start(t, script, JSON.stringify(location), kind);
  const output = child.stdout === null ? Promise.resolve('') : text(child.stdout);
  return async () => {
    child.stdin?.end();
    return JSON.parse(await output) as { reads: number; fallen: string[] };
  };
};

const countedIn = (merged: MetricsView): Counted => ({
  runs:
    counter(merged, 'skopeo_job_runs_total', 'stress', 'success') +
    counter(merged, 'skopeo_job_runs_total', 'stress', 'error'),
  copies: counter(merged, 'skopeo_operations_total', 'copy', 'success'),
  blobs: counter(merged, 'skopeo_blobs_total', 'copy', 'copied'),
  bytes: counter(merged, 'skopeo_transferred_bytes_total', 'copy'),
  orphans: counter(merged, 'skopeo_orphaned_operations_total', 'copy'),
});

test(`${PROCESSES} processes, a quarter killed, read and folded meanwhile, agree exactly with their journals`, async (t) => {
  const directory = temporaryDirectory(t);
  const location = { stateDir: join(directory, 'state') };
  const journals = join(directory, 'journals');
  mkdirSync(journals);
  const script = await bundle(join(directory, 'scripts'));
  const readers = [
    startReader(t, script('reader'), location, 'stays'),
    startReader(t, script('reader'), location, 'once'),
  ];
  const stop = new AbortController();
  const folders = (['start', 'folded'] as const).map((announce) =>
    foldAndKill(t, [script('folder'), location, announce], stop.signal),
  );
  const written = await runAll(t, script('run'), location, journals);
  stop.abort();
  const kills = (await Promise.all(folders)).reduce((sum, count) => sum + count, 0);
  const seen = await Promise.all(readers.map((finish) => finish()));

  const expected = written.map(possibilities);
  const uncertain = expected.filter(({ length }) => length > 1).length;
  const merged = view(location);
  const counted = countedIn(merged);
  t.diagnostic(`${JSON.stringify({ counted, uncertain, kills, reads: seen.map(({ reads }) => reads) })}`);
  assert.deepEqual(
    seen.map(({ fallen }) => fallen),
    [[], []],
  );
  assert.ok(isPossible(counted, expected), `the journals do not allow ${JSON.stringify(counted)}`);
  assert.ok(counted.orphans > 0 && kills > 0, 'processes and folders were killed in mid-work');
  assert.ok(seen.every(({ reads }) => reads > 1) && listState(location.stateDir).highest > 1, 'it was read and folded');
  assert.equal(counter(merged, 'skopeo_operations_total', 'copy', 'error'), counted.orphans);
  assert.deepEqual(merged.state?.errors, {
    damaged_run: 0,
    damaged_aggregate: 0,
    unreadable: 0,
    refused: 0,
    spilled: 0,
  });
  fold(location, hostWith());
  assert.deepEqual(view(location).totals, merged.totals);
});
