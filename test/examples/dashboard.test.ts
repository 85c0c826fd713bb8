import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { renderDashboard } from '../../scripts/dashboard/build.ts';
import { type DashboardFile, type DashboardPanel, dataPanels, readDashboard } from '../../scripts/dashboard/read.ts';
import { EXAMPLES } from './support/rule-files.ts';

const DATASOURCE = { type: 'prometheus', uid: `\${${'datasource'}}` };

const PROMISED_METRICS = [
  'skopeo_operations_total',
  'skopeo_operation_duration_seconds',
  'skopeo_blobs_processed_total',
  'skopeo_blob_size_bytes',
  'skopeo_active_operations',
  'skopeo_operation_errors_total',
  'skopeo_source_operations_total',
  'skopeo_destination_operations_total',
  'skopeo_active_operation_duration_seconds',
  'skopeo_operation_speed_blobs_per_second',
  'skopeo_operation_stale_seconds',
  'skopeo_active_operations_detailed',
  'skopeo_operation_last_progress_percent',
];

const overlap = (a: DashboardPanel['gridPos'], b: DashboardPanel['gridPos']): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

describe('grafana_dashboard.json', () => {
  let dashboard: DashboardFile;
  let panels: DashboardPanel[];

  before(async () => {
    dashboard = await readDashboard();
    panels = dataPanels(dashboard);
  });

  it('is what scripts/dashboard.ts makes', async () => {
    const committed = await readFile(join(EXAMPLES, 'grafana_dashboard.json'), 'utf8');
    assert.equal(committed, renderDashboard(), 'run npm run dashboard');
  });

  it('has six rows', () => {
    const rows = dashboard.panels.filter(({ type }) => type === 'row').map(({ title }) => title);
    assert.deepEqual(rows, ['Overview', 'Live', 'Jobs', 'Operations', 'Data', 'Collection']);
  });

  it('numbers its panels from 1 on and lays them side by side', () => {
    assert.deepEqual(
      dashboard.panels.map(({ id }) => id),
      dashboard.panels.map((_, index) => index + 1),
    );
    for (const [index, panel] of panels.entries()) {
      assert.ok(panel.gridPos.x + panel.gridPos.w <= 24, panel.title);
      for (const other of panels.slice(index + 1)) {
        assert.ok(!overlap(panel.gridPos, other.gridPos), `${panel.title} covers ${other.title}`);
      }
    }
  });

  it('lets its user choose data source, scrape job, instance and operation', () => {
    const { list } = dashboard.templating;
    assert.deepEqual(
      list.map(({ name }) => name),
      ['datasource', 'job', 'instance', 'operation'],
    );
    for (const { multi, includeAll, allValue } of list.slice(1)) {
      assert.deepEqual({ multi, includeAll, allValue }, { multi: true, includeAll: true, allValue: '.+' });
    }
  });

  it('gives every panel a title of its own, a description, a known unit and thresholds', () => {
    const knownUnits = new Set<unknown>(Object.values(units));
    for (const { title, description, fieldConfig } of panels) {
      assert.match(title, /^[A-Za-z]/);
      assert.match(description, /^[A-Za-z].*\.$/s, title);
      assert.ok(knownUnits.has(fieldConfig.defaults.unit), `${title}: unit ${fieldConfig.defaults.unit}`);
      assert.ok(fieldConfig.defaults.thresholds.steps.length >= 1, title);
    }
  });

  it('asks the chosen data source about the chosen job and instance only', () => {
    for (const { title, datasource, targets } of panels) {
      assert.deepEqual(datasource, DATASOURCE, title);
      for (const target of targets) {
        assert.deepEqual(target.datasource, DATASOURCE, title);
        const selectors = [...target.expr.matchAll(/\w+(\{[^}]*\})/g)];
        assert.ok(selectors.length > 0, `${title}: ${target.expr}`);
        for (const [selector] of selectors) {
          assert.match(selector, /job=~"\$job\|?"/, `${title}: ${selector}`);
          assert.match(selector, /instance=~"\$instance\|?"/, `${title}: ${selector}`);
        }
      }
    }
  });

  it('selects no metric without matchers', () => {
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        const bare =
          expr.replaceAll(/"[^"]*"/g, '""').match(/\b(skopeo|process|nodejs|node|scrape)_\w+\b(?!\{)/g) ?? [];
        const metrics = bare.filter((name) => name !== 'skopeo_version');
        assert.deepEqual(metrics, [], `${title}: ${expr}`);
      }
    }
  });

  it('takes counters and histograms by rate or increase, over windows that fit the zoom', () => {
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        // Whether a counter is above zero at all may be asked of the counter itself.
        const rates = expr.replaceAll(/\(sum by \([\w, ]+\) \(\w+\{[^}]*\}\) > 0\)/g, '');
        for (const { index } of rates.matchAll(/\w+_(total|bucket|sum|count)\{/g)) {
          assert.match(rates.slice(0, index), /(rate|increase)\($/, `${title}: ${expr}`);
        }
        for (const [, window] of expr.matchAll(/\[([^\]]+)\]/g)) {
          assert.match(window ?? '', /^\$__(rate_interval|range)$/, `${title}: ${expr}`);
        }
      }
    }
  });

  it('compares no bucket by its number, which text and OpenMetrics write differently', () => {
    for (const { targets } of panels) for (const { expr } of targets) assert.doesNotMatch(expr, /\ble=/);
  });

  it('shows every metric that was promised', () => {
    const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join('\n');
    for (const metric of PROMISED_METRICS) assert.match(queries, new RegExp(`\\b${metric}(_bucket)?\\{`));
  });
});
