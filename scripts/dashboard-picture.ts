// Draws docs/images/dashboard.png: the results of the dashboard's own queries against a real Prometheus.
//   npm run dashboard:picture                                          made-up data of two hosts, six hours
//   npm run dashboard:picture -- --prometheus http://localhost:9090 --minutes 60 --caption "data: …"
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { collect, type PictureSource, panelsOfRows } from './dashboard/picture/collect.ts';
import { render } from './dashboard/picture/render.ts';
import { readDashboard } from './dashboard/read.ts';
import { startPrometheus, writeConfig } from './monitoring/prometheus-server.ts';
import { writeSyntheticHistory } from './monitoring/synthetic-feed.ts';

const HONESTY =
  'the queries of grafana_dashboard.json, run by Prometheus, drawn with uPlot (not a screenshot of Grafana)';

const { values } = parseArgs({
  options: {
    prometheus: { type: 'string' },
    minutes: { type: 'string', default: '360' },
    'scrape-interval': { type: 'string', default: '30' },
    caption: { type: 'string', default: 'made-up data of two hosts' },
    rows: { type: 'string', default: 'Overview,Live,Jobs,Operations' },
    output: { type: 'string', default: join(import.meta.dirname, '../docs/images/dashboard.png') },
  },
});

const draw = async (source: PictureSource): Promise<void> => {
  const dashboard = await readDashboard();
  const titles = values.rows.split(',');
  const rows = dashboard.panels.filter(({ type, title }) => type === 'row' && titles.includes(title));
  const panels = await collect(panelsOfRows(dashboard, titles), source);
  const caption = `${values.caption}; ${HONESTY}`;
  await render({ title: dashboard.title, caption, rows, panels, range: source }, values.output);
};

const scrapeIntervalSeconds = Number(values['scrape-interval']);
const endSeconds = Math.floor(Date.now() / 1000);
const range = { startSeconds: endSeconds - Number(values.minutes) * 60, endSeconds, scrapeIntervalSeconds };

if (values.prometheus === undefined) {
  const directory = await mkdtemp(join(tmpdir(), 'dashboard-history-'));
  try {
    const data = join(directory, 'data');
    await writeSyntheticHistory(data, {
      endSeconds,
      hours: Number(values.minutes) / 60,
      stepSeconds: scrapeIntervalSeconds,
    });
    const config = await writeConfig(directory, {});
    await using prometheus = await startPrometheus(config, { data, lookback: `${2 * scrapeIntervalSeconds}s` });
    await draw({ url: prometheus.url, ...range });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
} else {
  await draw({ url: values.prometheus, ...range });
}
