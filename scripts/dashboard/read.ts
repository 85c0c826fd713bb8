import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

const target = z.object({
  refId: z.string(),
  expr: z.string(),
  legendFormat: z.string().optional(),
  instant: z.boolean().optional(),
  range: z.boolean().optional(),
  format: z.string().optional(),
  datasource: z.object({ type: z.string(), uid: z.string() }),
});

const thresholds = z.object({ steps: z.array(z.object({ value: z.number().nullable(), color: z.string() })) });

const panel = z.object({
  id: z.number(),
  type: z.enum(['stat', 'timeseries', 'table', 'state-timeline', 'heatmap']),
  title: z.string(),
  description: z.string(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  datasource: z.object({ type: z.string(), uid: z.string() }),
  targets: z.array(target).min(1),
  transformations: z.array(z.object({ id: z.string(), options: z.record(z.string(), z.unknown()) })).default([]),
  options: z.record(z.string(), z.unknown()),
  fieldConfig: z.object({
    defaults: z.object({
      unit: z.string(),
      decimals: z.number().optional(),
      max: z.number().optional(),
      thresholds,
      custom: z.record(z.string(), z.unknown()).optional(),
    }),
    overrides: z.array(
      z.object({
        matcher: z.object({ id: z.string(), options: z.string() }),
        properties: z.array(z.object({ id: z.string(), value: z.unknown() })),
      }),
    ),
  }),
});
export type DashboardPanel = z.infer<typeof panel>;

const row = z.object({
  id: z.number(),
  type: z.literal('row'),
  title: z.string(),
  gridPos: z.object({ y: z.number() }),
});

const dashboard = z.object({
  title: z.string(),
  uid: z.string(),
  panels: z.array(z.discriminatedUnion('type', [row, panel])),
  templating: z.object({
    list: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        label: z.string(),
        definition: z.string().optional(),
        multi: z.boolean(),
        includeAll: z.boolean(),
        allValue: z.string().optional(),
      }),
    ),
  }),
});
export type DashboardFile = z.infer<typeof dashboard>;

/** The committed dashboard, as far as those who check or draw it look at it. */
export const readDashboard = async (): Promise<DashboardFile> =>
  dashboard.parse(
    JSON.parse(await readFile(join(import.meta.dirname, '../../examples/grafana_dashboard.json'), 'utf8')),
  );

/** The panels that show data, without the rows that divide them. */
export const dataPanels = ({ panels }: DashboardFile): DashboardPanel[] => panels.filter((one) => one.type !== 'row');
