import { existsSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../../src/context.ts';
import { collectTotals } from '../../../src/metrics/collected-totals.ts';
import { textfileAt } from '../../../src/metrics/textfile/textfile.ts';
import { pageOf } from '../a-view.ts';

/**
 * A run as the textfile sees it: counts in a file of its own, and whenever it may, writes the sum of all files.
 * Arguments: directory of the counts, textfile, name of this run, file whose existence ends the run.
 */
const [counts = '', path = '', name = '', stop = ''] = process.argv.slice(2);

const record = async (count: number): Promise<void> => {
  await writeFile(join(counts, `.${name}`), String(count));
  await rename(join(counts, `.${name}`), join(counts, name));
};

const render = async (): Promise<string> => {
  const sink = collectTotals();
  for (const file of (await readdir(counts)).filter((each) => !each.startsWith('.'))) {
    const count = Number(await readFile(join(counts, file), 'utf8'));
    sink.count('skopeo_operations_total', { operation: 'copy', status: 'success' }, count);
    sink.count('skopeo_transferred_bytes_total', { operation: 'copy' }, count * 1_000);
  }
  return pageOf({ totals: sink.totals(), live: [], jobs: [] }, 'textfile');
};

const textfile = textfileAt(path, systemClock);
for (let count = 1; count === 1 || !existsSync(stop); count++) {
  await record(count);
  await textfile.write(render);
  await sleep(50);
}
const outcome = await textfile.write(render, { waitMs: 120_000 });
if (outcome !== 'written') process.exitCode = 1;
