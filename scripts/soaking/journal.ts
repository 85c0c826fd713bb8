import { readSamples } from '../../test/support/exposition.ts';
import type { CliResult } from '../../test/support/process.ts';

/** Counts by metric and labels, as text. */
export type Counts = Map<string, number>;

const add = (counts: Counts, series: string, value: number): void => {
  counts.set(series, (counts.get(series) ?? 0) + value);
};

const takeOutcome = (counts: Counts, operation: string, exitCode: number): void => {
  add(counts, `skopeo_operations_total operation=${operation},status=${exitCode === 0 ? 'success' : 'error'}`, 1);
};

/** What every run said of itself by `--json`; the metrics must come to the same. */
export class Journal {
  readonly counts: Counts = new Map();
  /** Runs that did not say how they ended. */
  readonly mute: string[] = [];

  take(operation: 'copy' | 'sync', { stdout, stderr, exitCode, signal }: CliResult): void {
    if (!/^\{.*\}\n$/.test(stdout)) {
      this.mute.push(`${operation} ${exitCode ?? signal}: ${stderr.slice(-500)}`);
      return;
    }
    const report = JSON.parse(stdout);
    takeOutcome(this.counts, operation, report.exitCode);
    add(
      this.counts,
      `skopeo_transferred_bytes_total operation=${operation}`,
      report.transferredBytes ?? report.totals.bytes,
    );
    if (operation === 'sync') this.#takeImages(report.totals);
    else add(this.counts, 'skopeo_operation_retries_total operation=copy', report.attempts - 1);
  }

  #takeImages(totals: Readonly<Record<string, number>>): void {
    for (const outcome of ['copied', 'unchanged', 'skipped', 'failed']) {
      add(this.counts, `skopeo_sync_images_total outcome=${outcome}`, totals[outcome] ?? 0);
    }
  }

  /** Series in which a page of metrics says something else. */
  differences(page: string): string[] {
    const samples = readSamples(page);
    return [...this.counts].flatMap(([series, expected]) => {
      const [name = '', labels = ''] = series.split(' ');
      const pairs = Object.fromEntries(labels.split(',').map((pair) => pair.split('=')));
      const counted = samples.sum(name, pairs);
      return counted === expected ? [] : [`${series}: journal ${expected}, metrics ${counted}`];
    });
  }
}
