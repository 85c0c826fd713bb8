/** What Grafana would put in place of the variables of a query. */
export interface Interpolation {
  /** Regular expressions of the variables `$job`, `$instance` and `$operation`. */
  readonly job: string;
  readonly instance: string;
  readonly operation: string;
  /** The whole time range of the dashboard. */
  readonly rangeSeconds: number;
  /** Long enough for several scrapes; Grafana takes four scrape intervals. */
  readonly rateIntervalSeconds: number;
}

/** Everything chosen, as the dashboard opens. */
export const ALL = { job: '.+', instance: '.+', operation: '.+' };

/** The query as Grafana sends it to Prometheus. */
export const interpolate = (expr: string, values: Interpolation): string =>
  expr
    .replaceAll('$__rate_interval', `${values.rateIntervalSeconds}s`)
    .replaceAll('$__range', `${values.rangeSeconds}s`)
    .replaceAll('$job', values.job)
    .replaceAll('$instance', values.instance)
    .replaceAll('$operation', values.operation);
