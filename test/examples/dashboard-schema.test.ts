import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type DashboardPanel, dataPanels, readDashboard } from '../../scripts/dashboard/read.ts';
import { EXAMPLES } from './support/rule-files.ts';
import { type DeclaredType, faultsOf, typeValidators } from './support/type-validators.ts';

const panelWithTargets = z.object({ panels: z.array(z.object({ targets: z.array(z.unknown()).default([]) })) });

const SCHEMA = dirname(fileURLToPath(import.meta.resolve('@grafana/schema/package.json')));

/** A type that Grafana publishes of itself, and reads dashboards by: not the SDK that makes this one. */
const grafanaType = (path: string, type: string): DeclaredType => ({
  file: join(SCHEMA, `dist/types/raw/${path}/x/types.gen`),
  type,
});

const panelType = (plugin: string, type: string) => grafanaType(`composable/${plugin}/panelcfg`, type);

/** The Prometheus data source publishes its queries with the SDK alone. */
const PROMETHEUS_QUERY: DeclaredType = {
  file: fileURLToPath(import.meta.resolve('@grafana/grafana-foundation-sdk/prometheus')).replace(
    'index.js',
    'types.gen',
  ),
  type: 'Dataquery',
};

const variables = z
  .object({ templating: z.object({ list: z.array(z.record(z.string(), z.unknown())) }).loose() })
  .loose();

/** What Grafana and its SDK write about variables although the published type does not name it. */
const UNPUBLISHED = ['definition', 'auto', 'auto_min', 'auto_count'];

const withoutUnpublished = (json: unknown): unknown => {
  const { templating, ...rest } = variables.parse(json);
  const published = ([name]: [string, unknown]) => !UNPUBLISHED.includes(name);
  const list = templating.list.map((variable) => Object.fromEntries(Object.entries(variable).filter(published)));
  return { ...rest, templating: { ...templating, list } };
};

describe("dashboard against Grafana's published types", () => {
  let json: unknown;
  let panels: DashboardPanel[];

  before(async () => {
    json = JSON.parse(await readFile(join(EXAMPLES, 'grafana_dashboard.json'), 'utf8'));
    panels = dataPanels(await readDashboard());
  });

  it('is a dashboard, with queries that the Prometheus data source knows', async () => {
    const [dashboard] = await typeValidators([grafanaType('dashboard', 'Dashboard')]);
    const published = withoutUnpublished(json);
    assert.deepEqual(faultsOf(dashboard, published), []);
    assert.notDeepEqual(faultsOf(dashboard, { ...Object(published), pannels: [] }), []);
    // A panel's type says nothing of its queries, they are a matter of the data source.
    const [query] = await typeValidators([PROMETHEUS_QUERY]);
    const targets = panelWithTargets.parse(json).panels.flatMap(({ targets }) => targets);
    assert.ok(targets.length > 50);
    for (const target of targets) assert.deepEqual(faultsOf(query, target), [], JSON.stringify(target));
  });

  it('has options and field settings that the plugin of each panel knows', async () => {
    const plugins = [...new Set(panels.map(({ type }) => type))];
    const modules = plugins.map((plugin) => plugin.replace('-', ''));
    const withFields = modules.filter((module) => module !== 'stat');
    const options = await typeValidators(modules.map((module) => panelType(module, 'Options')));
    const fields = await typeValidators(withFields.map((module) => panelType(module, 'FieldConfig')));
    for (const panel of panels) {
      const custom = panel.fieldConfig.defaults.custom ?? {};
      assert.deepEqual(faultsOf(options[plugins.indexOf(panel.type)], panel.options), [], panel.title);
      if (panel.type === 'stat') assert.deepEqual(custom, {}, panel.title);
      else assert.deepEqual(faultsOf(fields[withFields.indexOf(panel.type.replace('-', ''))], custom), [], panel.title);
    }
  });
});
