import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { interpolate } from '../../scripts/dashboard/interpolate.ts';
import { readDashboard } from '../../scripts/dashboard/read.ts';
import {
  api,
  queryInstant,
  type RunningServer,
  startPrometheus,
  writeConfig,
} from '../../scripts/monitoring/prometheus-server.ts';
import { serveSynthetic } from '../../scripts/monitoring/synthetic-feed.ts';
import { documentedMetrics } from './support/metric-tables.ts';
import { faultyPanels } from './support/panel-queries.ts';
import { EXAMPLES, RULE_FILES } from './support/rule-files.ts';

const SCRAPES = 6;

describe('dashboard against a real Prometheus', () => {
  const resources = new AsyncDisposableStack();
  let prometheus: RunningServer;

  const until = async (query: string): Promise<void> => {
    while ((await queryInstant(prometheus.url, query)).length === 0) await sleep(200);
  };

  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'dashboard-'));
    resources.defer(() => rm(directory, { recursive: true, force: true }));
    const listener = resources.use(await serveSynthetic('listener', 1));
    const textfile = resources.use(await serveSynthetic('textfile', 2));
    const config = await writeConfig(directory, {
      global: { scrape_interval: '1s', evaluation_interval: '1s' },
      rule_files: RULE_FILES.map((name) => join(EXAMPLES, name)),
      scrape_configs: [
        { job_name: 'skopeo-wrapper', static_configs: [{ targets: [listener.address] }] },
        { job_name: 'node', static_configs: [{ targets: [textfile.address] }] },
      ],
    });
    prometheus = resources.use(await startPrometheus(config));
    await until(`count_over_time(up[1h]) >= ${SCRAPES}`);
  });

  after(() => resources.disposeAsync());

  it('has data and right legends for every query', { timeout: 60_000 }, async () => {
    // The synthetic hosts have a job that failed.
    await until('ALERTS{alertstate="firing"}');
    const endSeconds = Date.now() / 1000;
    const { queries, faults } = await faultyPanels({
      url: prometheus.url,
      startSeconds: endSeconds - 60,
      endSeconds,
      rateIntervalSeconds: 5,
    });
    assert.deepEqual(faults, []);
    assert.ok(queries > 50);
  });

  it('has data for every query of the README', async () => {
    for (const { query } of await documentedMetrics('README.md')) {
      assert.notDeepEqual(await queryInstant(prometheus.url, query), [], query);
    }
  });

  it('finds values for every variable', async () => {
    const { templating } = await readDashboard();
    for (const { name, definition } of templating.list) {
      if (definition === undefined) continue;
      const [, series = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
      const selector = interpolate(series, {
        job: '.+',
        instance: '.+',
        operation: '.+',
        rangeSeconds: 60,
        rateIntervalSeconds: 5,
      });
      const values = await api(prometheus.url, `label/${label}/values`, { 'match[]': selector });
      assert.ok(Array.isArray(values) && values.length > 1, `${name}: ${JSON.stringify(values)}`);
    }
  });
});
