import { type InstantSeries, queryInstant, queryRange, type RangeSeries } from '../../monitoring/prometheus-server.ts';
import { ALL, interpolate } from '../interpolate.ts';
import { type DashboardFile, type DashboardPanel, dataPanels } from '../read.ts';

/** A Prometheus to ask, and the time that the picture shows. Unix seconds. */
export interface PictureSource {
  readonly url: string;
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly scrapeIntervalSeconds: number;
}

/** What a target of a panel returned: values as of the end, or over time. */
export interface TargetResult {
  readonly refId: string;
  readonly legend: string;
  readonly instant?: readonly InstantSeries[];
  readonly range?: readonly RangeSeries[];
}

/** A panel with the results of its queries. */
export interface PanelData {
  readonly panel: DashboardPanel;
  readonly results: readonly TargetResult[];
}

const PIXELS_PER_STEP = 4;
const DASHBOARD_PIXELS = 1600;

const collectPanel = async (panel: DashboardPanel, source: PictureSource): Promise<PanelData> => {
  const { url, startSeconds, endSeconds, scrapeIntervalSeconds } = source;
  const rangeSeconds = endSeconds - startSeconds;
  const steps = ((panel.gridPos.w / 24) * DASHBOARD_PIXELS) / PIXELS_PER_STEP;
  const stepSeconds = Math.max(scrapeIntervalSeconds, Math.ceil(rangeSeconds / steps));
  const rateIntervalSeconds = Math.max(stepSeconds + scrapeIntervalSeconds, 4 * scrapeIntervalSeconds);
  const results = panel.targets.map(async ({ refId, expr, legendFormat = '', range }): Promise<TargetResult> => {
    const query = interpolate(expr, { ...ALL, rangeSeconds, rateIntervalSeconds });
    if (range !== true) return { refId, legend: legendFormat, instant: await queryInstant(url, query, endSeconds) };
    const series = await queryRange(url, query, { startSeconds, endSeconds, stepSeconds });
    return { refId, legend: legendFormat, range: series };
  });
  return { panel, results: await Promise.all(results) };
};

/** Titles and panels of the rows to draw, in the order of the dashboard. */
export const panelsOfRows = (dashboard: DashboardFile, rows: readonly string[]): DashboardPanel[] => {
  const starts = dashboard.panels
    .filter(({ type }) => type === 'row')
    .map(({ title, gridPos }) => ({ title, y: gridPos.y }));
  return dataPanels(dashboard).filter(({ gridPos }) => {
    const row = starts.findLast(({ y }) => y < gridPos.y);
    return row !== undefined && rows.includes(row.title);
  });
};

/** Runs the queries of the panels as Grafana would. */
export const collect = async (panels: readonly DashboardPanel[], source: PictureSource): Promise<PanelData[]> =>
  Promise.all(panels.map((panel) => collectPanel(panel, source)));
