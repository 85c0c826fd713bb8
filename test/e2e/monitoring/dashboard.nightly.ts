import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { interpolate } from '../../../scripts/dashboard/interpolate.ts';
import { readDashboard } from '../../../scripts/dashboard/read.ts';
import { api, queryInstant } from '../../../scripts/monitoring/prometheus-server.ts';
import { documentedMetrics } from '../../examples/support/metric-tables.ts';
import { faultyPanels } from '../../examples/support/panel-queries.ts';
import { waitFor } from '../../support/wait-for.ts';
import { type MonitoringStage, startMonitoring } from './stage.ts';
import { startTraffic } from './traffic/start-traffic.ts';

const FACTOR = 20;
const RANGE_SECONDS = 120;

/** All panels at once are more than a hundred queries. */
const PATIENCE = { deadlineMs: 600_000, pollMs: 5000 };

describe('dashboard over real copies', () => {
  const resources = new AsyncDisposableStack();
  let stage: MonitoringStage;

  before(async () => {
    stage = resources.use(await startMonitoring(FACTOR));
    resources.use(await startTraffic(stage));
  });

  after(() => resources.disposeAsync());

  const askAllPanels = () => {
    const endSeconds = Date.now() / 1000;
    const range = { startSeconds: endSeconds - RANGE_SECONDS, endSeconds, rateIntervalSeconds: 30 };
    return faultyPanels({ url: stage.prometheus.url, ...range });
  };

  it('has data and right legends for every query', async () => {
    let last = await askAllPanels();
    const isWhole = async () => {
      last = await askAllPanels();
      return last.faults.length === 0;
    };
    await waitFor('data for every panel', isWhole, PATIENCE).catch(() => assert.deepEqual(last.faults, []));
    assert.ok(last.queries > 50);
  });

  it('has data for every query of the README', async () => {
    for (const { query } of await documentedMetrics('README.md')) {
      await waitFor(query, async () => (await queryInstant(stage.prometheus.url, query)).length > 0, PATIENCE);
    }
  });

  it('finds values for every variable', async () => {
    const { templating } = await readDashboard();
    const everything = { job: '.+', instance: '.+', operation: '.+', rangeSeconds: 60, rateIntervalSeconds: 5 };
    for (const { name, definition } of templating.list) {
      if (definition === undefined) continue;
      const [, series = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
      const selector = interpolate(series, everything);
      const values = await api(stage.prometheus.url, `label/${label}/values`, { 'match[]': selector });
      assert.ok(Array.isArray(values) && values.length > 1, `${name}: ${JSON.stringify(values)}`);
    }
  });
});
