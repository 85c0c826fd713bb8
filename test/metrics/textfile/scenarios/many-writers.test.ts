import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { execaNode } from 'execa';
import { sequences } from '../../../support/sequences.ts';
import { parseSamples } from '../../samples.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

/** As many as cron may start at midnight; fewer in the daily run of the tests. */
const WRITERS = Math.min(50, sequences(6));
const PAGES = 12;
const OPERATIONS = 'skopeo_operations_total{operation="copy",status="success"}';

/** One file starts in a third of the time of many, which counts for fifty processes. */
const bundleWriter = async (outfile: string): Promise<string> => {
  const entryPoints = [join(import.meta.dirname, '../counting-writer.ts')];
  // Packages in the older format of modules ask for Node's own by a function that modules do not have.
  const banner = { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" };
  await build({ entryPoints, outfile, bundle: true, platform: 'node', format: 'esm', target: 'node24', banner });
  return outfile;
};

const countsOf = async (directory: string): Promise<number[]> => {
  const names = (await readdir(directory)).filter((name) => !name.startsWith('.'));
  return Promise.all(names.map(async (name) => Number(await readFile(join(directory, name), 'utf8'))));
};

test(`${WRITERS} processes write at once: no reader sees a counter fall or half a page`, async () => {
  await using directory = await temporaryDirectory();
  const counts = join(directory.path, 'counts');
  const path = join(directory.path, 'skopeo_wrapper.prom');
  const stop = join(directory.path, 'stop');
  await mkdir(counts);
  const writer = await bundleWriter(join(directory.path, 'writer.mjs'));

  let running = true;
  const writers = Promise.all(
    Array.from({ length: WRITERS }, (_, index) => execaNode(writer, [counts, path, String(index), stop])),
  ).finally(() => {
    running = false;
  });

  const seen = new Map<string, number>();
  const totals = new Set<number>();
  const look = async (): Promise<void> => {
    const page = await readFile(path, 'utf8').catch(() => undefined);
    if (page === undefined) return;
    const samples = parseSamples(page);
    assert.ok(samples.has('skopeo_wrapper_textfile_write_timestamp_seconds{}'), 'the last line is there');
    for (const [series, value] of samples) {
      assert.ok(value >= (seen.get(series) ?? 0), `${series} fell from ${seen.get(series)} to ${value}`);
      seen.set(series, value);
    }
    totals.add(samples.get(OPERATIONS) ?? 0);
  };
  try {
    while (running) {
      await look();
      if (totals.size >= PAGES && (await countsOf(counts)).length === WRITERS) await writeFile(stop, '');
      await sleep(5);
    }
  } finally {
    await writeFile(stop, '');
    await writers;
  }
  await look();

  const expected = (await countsOf(counts)).reduce((sum, count) => sum + count, 0);
  assert.equal(seen.get(OPERATIONS), expected, 'nothing is missing in the end');
  assert.equal(seen.get('skopeo_transferred_bytes_total{operation="copy"}'), expected * 1_000);
  assert.deepEqual((await readdir(directory.path)).sort(), ['counts', 'skopeo_wrapper.prom', 'stop', 'writer.mjs']);
});
