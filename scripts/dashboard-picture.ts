// Draws docs/images/dashboard.png: the results of the dashboard's own queries against a real Prometheus.
//   npm run dashboard:picture                                          makes real copies for six minutes, then draws
//   npm run dashboard:picture -- --prometheus http://localhost:9090 --minutes 60 --caption "data: …"
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startMonitoring } from '../test/e2e/monitoring/stage.ts';
import { startTraffic } from '../test/e2e/monitoring/traffic/start-traffic.ts';
import { faultyPanels } from '../test/examples/support/panel-queries.ts';
import { skopeoVersion } from '../test/support/skopeo.ts';
import { collect, type PictureSource, panelsOfRows } from './dashboard/picture/collect.ts';
import { render } from './dashboard/picture/render.ts';
import { readDashboard } from './dashboard/read.ts';

const HONESTY =
  'the queries of grafana_dashboard.json, run by Prometheus, drawn with uPlot (not a screenshot of Grafana)';

/** An hour of the shipped alert rules is three minutes here, so that a picture of minutes shows some that fire. */
const RULES_FACTOR = 20;

const { values } = parseArgs({
  options: {
    prometheus: { type: 'string' },
    minutes: { type: 'string', default: '6' },
    'scrape-interval': { type: 'string' },
    caption: { type: 'string' },
    rows: { type: 'string', default: 'Overview,Live,Jobs,Operations' },
    output: { type: 'string', default: join(import.meta.dirname, '../docs/images/dashboard.png') },
  },
});

const say = (line: string): void => void process.stderr.write(`${line}\n`);

/** The last minutes, up to now. */
const sourceOf = (url: string, scrapeIntervalSeconds: number): PictureSource => {
  const endSeconds = Math.floor(Date.now() / 1000);
  return { url, startSeconds: endSeconds - Number(values.minutes) * 60, endSeconds, scrapeIntervalSeconds };
};

const draw = async (source: PictureSource, origin: string): Promise<void> => {
  const { faults } = await faultyPanels({ ...source, rateIntervalSeconds: 4 * source.scrapeIntervalSeconds });
  for (const fault of faults) say(`not on the picture: ${fault}`);
  const dashboard = await readDashboard();
  const titles = values.rows.split(',');
  const rows = dashboard.panels.filter(({ type, title }) => type === 'row' && titles.includes(title));
  const panels = await collect(panelsOfRows(dashboard, titles), source);
  const caption = `${values.caption ?? origin}; ${HONESTY}`;
  await render({ title: dashboard.title, caption, rows, panels, range: source }, values.output);
  say(`${values.output} is drawn`);
};

const drawRealCopies = async (): Promise<void> => {
  await using stage = await startMonitoring(RULES_FACTOR);
  await using _traffic = await startTraffic(stage);
  say(`Copies and syncs, good and bad ones, for ${values.minutes} min ...`);
  await sleep(Number(values.minutes) * 60_000);
  const runs = `${values.minutes} min of real copies and syncs, many made to fail, by skopeo ${await skopeoVersion()}`;
  await draw(sourceOf(stage.prometheus.url, 1), `${runs}; alert rules ${RULES_FACTOR} times faster`);
};

if (values.prometheus === undefined) await drawRealCopies();
else await draw(sourceOf(values.prometheus, Number(values['scrape-interval'] ?? '30')), `data of ${values.prometheus}`);
