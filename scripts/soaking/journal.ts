import { readSamples } from '../../test/support/exposition.ts';
import type { CliResult } from '../../test/support/process.ts';

/** Counts by metric and labels, as text. */
export type Counts = Map<string, number>;

const add = (counts: Counts, series: string, value: number): void => {
  counts.set(series, (counts.get(series) ?? 0) + value);
};

/** What every run said of itself by `--json`; the metrics must come to the same. */
export class Journal {
  readonly counts: Counts = new Map();
  /** Runs that did not say how they ended. */
  readonly mute: string[] = [];
  /** Runs of `inspect` that were killed; those that had not begun yet leave no trace. */
  killed = 0;

  take(operation: 'copy' | 'sync', { stdout, stderr, exitCode, signal }: CliResult): void {
    if (!/^\{.*\}\n$/.test(stdout)) {
      this.mute.push(`${operation} ${exitCode ?? signal}: ${stderr.slice(-500)}`);
      return;
    }
    const report = JSON.parse(stdout);
    const status = report.exit_code === 0 ? 'success' : 'error';
    add(this.counts, `skopeo_operations_total operation=${operation},status=${status}`, 1);
    if (operation === 'sync') this.#takeSync(report.totals);
    else this.#takeCopy(report);
  }

  #takeSync(totals: Readonly<Record<string, number>>): void {
    add(this.counts, 'skopeo_transferred_bytes_total operation=sync', totals.bytes ?? 0);
    for (const outcome of ['copied', 'unchanged', 'skipped', 'failed']) {
      add(this.counts, `skopeo_sync_images_total outcome=${outcome}`, totals[outcome] ?? 0);
    }
  }

  #takeCopy(report: Readonly<Record<string, number>> & { readonly error_type?: string }): void {
    const of = 'operation=copy';
    add(this.counts, `skopeo_transferred_bytes_total ${of}`, report.transferred_bytes ?? 0);
    add(this.counts, `skopeo_operation_retries_total ${of}`, (report.attempts ?? 1) - 1);
    add(this.counts, `skopeo_blobs_total ${of},outcome=copied`, report.blobs_copied ?? 0);
    add(this.counts, `skopeo_blobs_total ${of},outcome=skipped`, report.blobs_reused ?? 0);
    add(this.counts, `skopeo_blobs_total ${of},outcome=failed`, report.blobs_failed ?? 0);
    if (report.error_type === undefined) return;
    add(this.counts, `skopeo_operation_errors_total ${of},error_type=${report.error_type}`, 1);
  }

  /** Series in which a page of metrics says something else. */
  differences(page: string): string[] {
    const samples = readSamples(page);
    const differing = [...this.counts].flatMap(([series, expected]) => {
      const [name = '', labels = ''] = series.split(' ');
      const pairs = Object.fromEntries(labels.split(',').map((pair) => pair.split('=')));
      const counted = samples.sum(name, pairs);
      return counted === expected ? [] : [`${series}: journal ${expected}, metrics ${counted}`];
    });
    const crashed = samples.sum('skopeo_operation_errors_total', { operation: 'inspect', error_type: 'crashed' });
    return crashed <= this.killed ? differing : [...differing, `${this.killed} killed, ${crashed} crashed`];
  }
}
