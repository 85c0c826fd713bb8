import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** The datasource that the dashboard's user picks. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own placeholder
export const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Matchers of every query: the chosen scrape jobs and instances. */
export const HOST = 'job=~"$job",instance=~"$instance"';

/** Matchers of queries for metrics by operation. */
export const OP = `${HOST},operation=~"$operation"`;

/**
 * Leaves out the operations (or what else is in `by`) that these hosts have never done: all of them are counted from 0
 * on, and a legend full of zeros hides the rest.
 */
export const everUsed = (expr: string, by: string, counter: string): string =>
  `${expr} and on (${by}) (sum by (${by}) (${counter}{${OP}}) > 0)`;

/** A query with the name of its series; a legend in `{{label}}` form, empty for panels with one value. */
export interface Query {
  readonly expr: string;
  readonly legend: string;
}

const builder = (expr: string, index: number): DataqueryBuilder =>
  new DataqueryBuilder()
    .datasource(DATASOURCE)
    .refId(String.fromCharCode(65 + index))
    .expr(expr);

/** Queries of a graph over time. */
export const rangeQueries = (queries: readonly Query[]): DataqueryBuilder[] =>
  queries.map(({ expr, legend }, index) => builder(expr, index).range().legendFormat(legend));

/** A query of a single value as of now. */
export const instantQuery = (expr: string): DataqueryBuilder => builder(expr, 0).instant();

/** Queries of a table: one row per label set, one value column (`Value #A`, `Value #B`, …) per query. */
export const tableQueries = (exprs: readonly string[]): DataqueryBuilder[] =>
  exprs.map((expr, index) => builder(expr, index).instant().format(PromQueryFormat.Table));

/** Histogram buckets for a heatmap. */
export const heatmapQuery = (expr: string): DataqueryBuilder =>
  builder(expr, 0).range().legendFormat('{{le}}').format(PromQueryFormat.Heatmap);
