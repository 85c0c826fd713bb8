import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type DashboardPanel, dataPanels, readDashboard } from '../../scripts/dashboard/read.ts';
import { EXAMPLES } from './support/rule-files.ts';
import { type DeclaredType, faultsOf, typeValidators } from './support/type-validators.ts';

const panelWithTargets = z.object({ panels: z.array(z.object({ targets: z.array(z.unknown()).default([]) })) });

/** A type of Grafana's SDK, whose declarations are generated from Grafana's own schemas. */
const grafanaType = (module: string, type: string): DeclaredType => ({
  file: fileURLToPath(import.meta.resolve(`@grafana/grafana-foundation-sdk/${module}`)).replace(
    'index.js',
    'types.gen',
  ),
  type,
});

describe("dashboard against Grafana's published types", () => {
  let json: unknown;
  let panels: DashboardPanel[];

  before(async () => {
    json = JSON.parse(await readFile(join(EXAMPLES, 'grafana_dashboard.json'), 'utf8'));
    panels = dataPanels(await readDashboard());
  });

  it('is a dashboard, with queries that the Prometheus data source knows', async () => {
    // A panel's type says nothing of its queries, they are a matter of the data source.
    const [dashboard] = await typeValidators([grafanaType('dashboard', 'Dashboard')], ['Dataquery']);
    assert.deepEqual(faultsOf(dashboard, json), []);
    assert.notDeepEqual(faultsOf(dashboard, { ...Object(json), pannels: [] }), []);
    const [query] = await typeValidators([grafanaType('prometheus', 'Dataquery')]);
    const targets = panelWithTargets.parse(json).panels.flatMap(({ targets }) => targets);
    assert.ok(targets.length > 50);
    for (const target of targets) assert.deepEqual(faultsOf(query, target), [], JSON.stringify(target));
  });

  it('has options and field settings that the plugin of each panel knows', async () => {
    const plugins = [...new Set(panels.map(({ type }) => type))];
    const modules = plugins.map((plugin) => plugin.replace('-', ''));
    const withFields = modules.filter((module) => module !== 'stat');
    const options = await typeValidators(modules.map((module) => grafanaType(module, 'Options')));
    const fields = await typeValidators(withFields.map((module) => grafanaType(module, 'FieldConfig')));
    for (const panel of panels) {
      const custom = panel.fieldConfig.defaults.custom ?? {};
      assert.deepEqual(faultsOf(options[plugins.indexOf(panel.type)], panel.options), [], panel.title);
      if (panel.type === 'stat') assert.deepEqual(custom, {}, panel.title);
      else assert.deepEqual(faultsOf(fields[withFields.indexOf(panel.type.replace('-', ''))], custom), [], panel.title);
    }
  });
});
