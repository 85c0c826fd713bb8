import { ALL, interpolate } from '../../../scripts/dashboard/interpolate.ts';
import { dataPanels, readDashboard } from '../../../scripts/dashboard/read.ts';
import { queryInstant, queryRange } from '../../../scripts/monitoring/prometheus-server.ts';

/** A Prometheus to ask, and the time that the dashboard shall show. Unix seconds. */
export interface DashboardSource {
  readonly url: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly rateIntervalSeconds: number;
}

/** Labels that a legend names. */
const legendLabels = (legend: string): string[] =>
  [...legend.matchAll(/\{\{\s*(\w+)\s*\}\}/g)].map(([, name = '']) => name);

/**
 * Runs every query of the committed dashboard against a real Prometheus, as of now and over the range, and returns what
 * is wrong: a query without data, a legend that names a label which a result has not, a table whose queries have
 * different labels, so that its rows would not join.
 */
export const faultyPanels = async (source: DashboardSource): Promise<{ queries: number; faults: string[] }> => {
  const { url, startSeconds, endSeconds, rateIntervalSeconds } = source;
  const faults: string[] = [];
  const panels = dataPanels(await readDashboard());
  const targets = panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target })));
  const tableLabels = new Map<string, string>();
  for (const { title, refId, expr, format, legendFormat = '' } of targets) {
    const rangeSeconds = endSeconds - startSeconds;
    const query = interpolate(expr, { ...ALL, rangeSeconds, rateIntervalSeconds });
    const stepSeconds = Math.max(1, rangeSeconds / 100);
    const instant = await queryInstant(url, query, endSeconds);
    const range = await queryRange(url, query, { startSeconds, endSeconds, stepSeconds });
    if (instant.length === 0) faults.push(`${title} ${refId}: no data now`);
    if (range.length === 0) faults.push(`${title} ${refId}: no data over time`);
    if (format === 'table') {
      const names = new Set(instant.flatMap(({ metric }) => Object.keys(metric)));
      names.delete('__name__');
      const labels = [...names].sort().join(', ');
      const expected = tableLabels.get(title) ?? labels;
      tableLabels.set(title, expected);
      if (labels !== expected) faults.push(`${title} ${refId}: labels ${labels}, not ${expected}`);
    }
    for (const label of legendLabels(legendFormat)) {
      if (!range.every(({ metric }) => label in metric)) faults.push(`${title} ${refId}: no label ${label}`);
    }
  }
  return { queries: targets.length, faults };
};
