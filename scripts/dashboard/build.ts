import {
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as z from 'zod';
import { collection } from './rows/collection.ts';
import { data } from './rows/data.ts';
import { jobs } from './rows/jobs.ts';
import { live } from './rows/live.ts';
import { operations } from './rows/operations.ts';
import { overview } from './rows/overview.ts';
import { variables } from './variables.ts';

const ROWS = [
  { title: 'Overview', panels: overview },
  { title: 'Live', panels: live },
  { title: 'Jobs', panels: jobs },
  { title: 'Operations', panels: operations },
  { title: 'Data', panels: data },
  { title: 'Collection', panels: collection },
];

/** The SDK gives no ids; Grafana wants them unique, and links to single panels use them. */
const numberPanels = (dashboard: Dashboard): Dashboard => ({
  ...dashboard,
  panels: (dashboard.panels ?? []).map((panel, index) => ({ ...panel, id: index + 1 })),
});

/** The SDK switches off the footer of tables in words that Grafana 13 no longer knows; off is the default of all. */
const withoutFooters = (dashboard: Dashboard): Dashboard => ({
  ...dashboard,
  panels: (dashboard.panels ?? []).map((panel) => {
    if (!('options' in panel)) return panel;
    const { footer: _, ...options } = z.record(z.string(), z.unknown()).parse(panel.options);
    return { ...panel, options };
  }),
});

/** The dashboard as Grafana imports it. */
export const buildDashboard = (): Dashboard => {
  const builder = new DashboardBuilder('skopeo-wrapper')
    .uid('skopeo-wrapper')
    .description('Copies and syncs of container images by skopeo-wrapper: results, jobs, and what runs now.')
    .tags(['skopeo', 'skopeo-wrapper'])
    .editable()
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair);
  for (const variable of variables()) builder.withVariable(variable);
  for (const row of ROWS) {
    builder.withRow(new RowBuilder(row.title));
    for (const panel of row.panels()) builder.withPanel(panel);
  }
  return withoutFooters(numberPanels(builder.build()));
};

/** The committed file, byte by byte. */
export const renderDashboard = (): string => `${JSON.stringify(buildDashboard(), null, 2)}\n`;
