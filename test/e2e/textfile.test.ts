import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { parseSamples } from '../metrics/samples.ts';
import { startNodeExporter } from '../metrics/textfile/node-exporter.ts';
import { CLI } from '../support/process.ts';
import { sequences } from '../support/sequences.ts';
import { waitFor } from '../support/wait-for.ts';
import { openScene, type Samples, samplesOf, stallingCopy, startStallingRegistry } from './scene.ts';

const WRITTEN = 'skopeo_wrapper_textfile_write_timestamp_seconds{}';
const ACTIVE = 'skopeo_active_operations{operation="copy"}';

const readTextfile = async (directory: string): Promise<Samples> =>
  parseSamples(await readFile(`${directory}/skopeo_wrapper.prom`, 'utf8'));

test('the textfile shows a copy at its start, at every heartbeat and at its end, and node_exporter serves it', async () => {
  await using scene = await openScene();
  const textfiles = scene.dir.join('textfiles');
  await mkdir(textfiles);
  await using registry = await startStallingRegistry(scene, ['app']);
  await using exporter = await startNodeExporter(textfiles);
  const copy = scene.start(
    ...['--metrics-textfile', textfiles, '--heartbeat-interval', '1s'],
    ...stallingCopy(registry.source('app'), scene.dir.join('out')),
  );
  const running = await waitFor('the running copy', async () => {
    const samples = await readTextfile(textfiles);
    return samples.get(ACTIVE) === 1 && samples;
  });
  await waitFor('a heartbeat to write it', async () => {
    const samples = await readTextfile(textfiles);
    const [bytes = 0] = Object.values(samplesOf(samples, 'skopeo_operation_transferred_bytes'));
    return bytes > 0 && (samples.get(WRITTEN) ?? 0) > (running.get(WRITTEN) ?? 0);
  });
  registry.release();
  const { exitCode, stderr } = await copy.result;
  assert.equal(exitCode, 0, stderr);
  const end = await readTextfile(textfiles);
  assert.equal(end.get(ACTIVE), 0);
  assert.equal(end.get('skopeo_operations_total{operation="copy",status="success"}'), 1);
  for (const series of end.keys()) assert.doesNotMatch(series, /^(process|nodejs)_/);

  const served = (await exporter.scrape()).samples;
  assert.equal(served.get('node_textfile_scrape_error{}'), 0);
  for (const [series, value] of end) assert.equal(served.get(series), value, series);
});

test('a textfile that cannot be is refused before anything is copied, and the run is recorded as failed', async () => {
  await using scene = await openScene();
  const out = scene.dir.join('out');
  let refusals = 0;
  const refused = async (path: string, reason: RegExp) => {
    const { exitCode, stderr } = await scene.run('--metrics-textfile', path, 'copy', scene.source, `dir:${out}`);
    assert.equal(exitCode, 64, stderr);
    assert.match(stderr, reason);
    assert.equal(existsSync(out), false);
    const { stdout } = await scene.run('metrics');
    assert.match(
      stdout,
      new RegExp(`skopeo_operations_total\\{operation="copy",status="error"\\} ${++refusals}$`, 'm'),
    );
  };
  await refused(scene.dir.join('no/such/directory'), /neither a directory that exists nor .*\nCreate the directory, /);
  await refused(scene.dir.join('no/metrics.prom'), /the directory .* does not exist\nCreate it, or name /);
});

/** Sums that may never fall while the state directory is there. */
const isCounter = (series: string): boolean => /_(total|bucket|sum|count)\{/.test(series);

/** Reads a textfile again and again until the signal; tells each counter that fell or vanished. */
const watchCounters = async (directory: string, signal: AbortSignal): Promise<{ falls: string[]; reads: number }> => {
  const falls: string[] = [];
  let last: Samples = new Map();
  let reads = 0;
  for (; !signal.aborted; reads++) {
    const now = await readTextfile(directory);
    for (const [series, value] of last) {
      const current = now.get(series);
      if (isCounter(series) && !(current !== undefined && current >= value))
        falls.push(`${series}: ${value}, ${current}`);
    }
    last = now;
    await sleep(5);
  }
  return { falls, reads };
};

/** As many at once as cron may start at midnight; fewer in the daily run of the tests. */
const RUNS = Math.min(50, sequences(6));

test('no counter of a textfile falls while many runs write it at once, and it is readable by all', async () => {
  await using scene = await openScene();
  const textfiles = scene.dir.join('textfiles');
  await mkdir(textfiles);
  const flags = ['--metrics-textfile', textfiles, '--heartbeat-interval', '1s'];
  const run = (index: number) => {
    const command =
      index % 2 ? ['inspect', scene.source] : ['copy', scene.source, `dir:${scene.dir.join(`out-${index}`)}`];
    const options = { env: { PATH: process.env.PATH ?? '', ...scene.env }, extendEnv: false, reject: false };
    return execa('sh', ['-c', 'umask 077; exec "$@"', 'sh', ...CLI, ...flags, ...command], options);
  };
  assert.equal((await run(0)).exitCode, 0);

  const end = new AbortController();
  const watching = watchCounters(textfiles, end.signal);
  const results = await Promise.all(Array.from({ length: RUNS - 1 }, (_, index) => run(index + 1)));
  end.abort();
  const { falls, reads } = await watching;
  for (const { exitCode, stderr } of results) assert.equal(exitCode, 0, stderr);
  assert.deepEqual(falls, []);
  assert.ok(reads > 10, `${reads} reads`);
  const samples = await readTextfile(textfiles);
  for (const operation of ['copy', 'inspect']) {
    assert.equal(samples.get(`skopeo_operations_total{operation="${operation}",status="success"}`), RUNS / 2);
    assert.equal(samples.get(`skopeo_operation_duration_seconds_count{operation="${operation}"}`), RUNS / 2);
    assert.equal(samples.get(`skopeo_active_operations{operation="${operation}"}`), 0);
  }
  assert.equal(samples.get('skopeo_blobs_total{operation="copy",outcome="copied"}'), (3 * RUNS) / 2);
  assert.equal((await stat(`${textfiles}/skopeo_wrapper.prom`)).mode & 0o777, 0o644);
  assert.deepEqual(await readdir(textfiles), ['skopeo_wrapper.prom']);
});
