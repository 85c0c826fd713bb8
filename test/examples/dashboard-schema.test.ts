import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import type { ValidateFunction } from 'ajv';
import * as z from 'zod';
import { type DashboardPanel, dataPanels, readDashboard } from '../../scripts/dashboard/read.ts';
import { grafanaValidators } from './support/grafana-schema.ts';
import { EXAMPLES } from './support/rule-files.ts';

const panelWithTargets = z.object({ panels: z.array(z.object({ targets: z.array(z.unknown()).default([]) })) });

const assertValid = (validate: ValidateFunction | undefined, value: unknown, what: string): void => {
  assert.ok(validate, `no schema for ${what}`);
  validate(value);
  const faults = (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
  );
  assert.deepEqual(faults.slice(0, 10), [], what);
};

describe("dashboard against Grafana's published types", () => {
  let json: unknown;
  let panels: DashboardPanel[];

  before(async () => {
    json = JSON.parse(await readFile(join(EXAMPLES, 'grafana_dashboard.json'), 'utf8'));
    panels = dataPanels(await readDashboard());
  });

  it('is a dashboard, with queries that the Prometheus data source knows', async () => {
    const [dashboard, query] = await grafanaValidators([
      { module: 'dashboard', type: 'Dashboard' },
      { module: 'prometheus', type: 'Dataquery' },
    ]);
    assertValid(dashboard, json, 'dashboard');
    assert.equal(dashboard?.({ ...Object(json), pannels: [] }), false, 'an unknown property is not refused');
    const targets = panelWithTargets.parse(json).panels.flatMap(({ targets }) => targets);
    assert.ok(targets.length > 50);
    for (const target of targets) assertValid(query, target, JSON.stringify(target));
  });

  it('has options and field settings that the plugin of each panel knows', async () => {
    const plugins = [...new Set(panels.map(({ type }) => type))];
    const modules = plugins.map((plugin) => plugin.replace('-', ''));
    const options = await grafanaValidators(modules.map((module) => ({ module, type: 'Options' })));
    const withFields = modules.filter((module) => module !== 'stat');
    const fields = await grafanaValidators(withFields.map((module) => ({ module, type: 'FieldConfig' })));
    for (const panel of panels) {
      const custom = panel.fieldConfig.defaults.custom ?? {};
      assertValid(options[plugins.indexOf(panel.type)], panel.options, `options of ${panel.title}`);
      if (panel.type === 'stat') assert.deepEqual(custom, {}, panel.title);
      else assertValid(fields[withFields.indexOf(panel.type.replace('-', ''))], custom, `fields of ${panel.title}`);
    }
  });
});
