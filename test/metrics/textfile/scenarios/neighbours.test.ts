import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../../../src/context.ts';
import { textfileAt } from '../../../../src/metrics/textfile/textfile.ts';
import { aView, pageOf } from '../../a-view.ts';
import { missing } from '../../command.ts';
import { parseSamples } from '../../samples.ts';
import { startNodeExporter } from '../node-exporter.ts';
import { temporaryDirectory } from '../temporary-directory.ts';

const OPERATIONS = 'skopeo_operations_total';
const OURS = `${OPERATIONS}{operation="copy",status="success"}`;

type ScrapeError = 0 | 1 | 'either';

interface Neighbour {
  readonly name: string;
  readonly content: string;
  /** 1: node_exporter refuses the whole neighbour; `either`: its versions differ. */
  readonly scrapeError: ScrapeError;
  /** Samples of ours that go missing when the neighbour's file name comes before ours. */
  readonly lost?: (series: string) => boolean;
}

const NEIGHBOURS: readonly Neighbour[] = [
  {
    name: "the exporter's own process metrics",
    content: '# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 1\n',
    scrapeError: 0,
  },
  {
    name: 'another help text for a metric of ours',
    content: `# HELP ${OPERATIONS} Something else.\n# TYPE ${OPERATIONS} counter\n${OPERATIONS}{operation="x",status="y"} 1\n`,
    scrapeError: 'either',
    lost: (series) => series.startsWith(`${OPERATIONS}{`),
  },
  {
    name: 'a series of ours with another value',
    content: `# HELP ${OPERATIONS} Operations finished, by operation and final status.\n# TYPE ${OPERATIONS} counter\n${OPERATIONS}{operation="copy",status="success"} 99\n`,
    scrapeError: 0,
    lost: (series) => series === OURS,
  },
  {
    name: 'another type for a metric of ours',
    content: `# HELP ${OPERATIONS} Operations finished, by operation and final status.\n# TYPE ${OPERATIONS} gauge\n${OPERATIONS}{operation="x",status="y"} 1\n`,
    scrapeError: 0,
    lost: (series) => series.startsWith(`${OPERATIONS}{`),
  },
  { name: 'a timestamp', content: 'neighbour 1 1700000000000\n', scrapeError: 1 },
  { name: 'a type of OpenMetrics', content: '# TYPE neighbour info\nneighbour 1\n', scrapeError: 1 },
  { name: 'an exemplar', content: '# TYPE neighbour counter\nneighbour 1 # {trace="a"} 1\n', scrapeError: 1 },
  { name: 'an end in the middle of a label', content: 'neighbour{path="/sr', scrapeError: 1 },
  { name: 'no newline at the end', content: 'neighbour 1', scrapeError: 1 },
  { name: 'an end of OpenMetrics', content: 'neighbour 1\n# EOF\n', scrapeError: 0 },
  { name: 'a head without samples', content: '# HELP neighbour N.\n# TYPE neighbour gauge\n', scrapeError: 0 },
  {
    name: 'other labels for a metric of ours',
    content: `# HELP ${OPERATIONS} Operations finished, by operation and final status.\n# TYPE ${OPERATIONS} counter\n${OPERATIONS}{region="x"} 1\n`,
    scrapeError: 0,
  },
];

test('node_exporter serves our file whole beside broken ones', {
  skip: await missing('prometheus-node-exporter', '--version'),
}, async (t) => {
  await using directory = await temporaryDirectory();
  const path = join(directory.path, 'skopeo_wrapper.prom');
  const page = await pageOf(aView(), 'textfile');
  await textfileAt(path, systemClock).write(async () => page);
  const ours = parseSamples(page);
  await using exporter = await startNodeExporter(directory.path);

  const check = async (scrapeError: ScrapeError, isLost: (series: string) => boolean = () => false) => {
    const { status, samples } = await exporter.scrape();
    assert.equal(status, 200);
    if (scrapeError !== 'either') assert.equal(samples.get('node_textfile_scrape_error{}'), scrapeError);
    assert.ok((samples.get(`node_textfile_mtime_seconds{file="${path}"}`) ?? 0) > 0);
    const lost = [...ours].filter(([series, value]) => samples.get(series) !== value).map(([series]) => series);
    assert.deepEqual(
      lost,
      [...ours.keys()].filter((series) => isLost(series)),
    );
  };

  await t.test('alone', () => check(0));
  for (const { name, content, scrapeError, lost } of NEIGHBOURS) {
    await t.test(`beside a later file with ${name}`, async () => {
      const neighbour = join(directory.path, 'zz.prom');
      await writeFile(neighbour, content);
      await check(scrapeError);
      await rm(neighbour);
    });
    await t.test(`beside an earlier file with ${name}`, async () => {
      const neighbour = join(directory.path, 'aa.prom');
      await writeFile(neighbour, content);
      await check(scrapeError, lost);
      await rm(neighbour);
    });
  }
});
