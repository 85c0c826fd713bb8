import type { Clock } from '../../context.ts';
import { systemHost } from '../../host/host.ts';
import type { WriterInfo } from '../exposition/view-families.ts';
import { type RenderTarget, renderView } from '../render.ts';
import { tryTo } from '../state/files/best-effort.ts';
import type { StateLocation } from '../state/files/directories.ts';
import { createPeriodicFold } from '../state/folding/fold-policy.ts';
import { createReader } from '../state/reading/reader.ts';
import type { MetricsView } from '../view.ts';

export interface HostMetricsOptions {
  /** Their numbers are added up. */
  readonly locations: readonly StateLocation[];
  readonly clock: Clock;
  /** Also tell whether the directories accept files, and their free space. */
  readonly probe: boolean;
}

/** The metrics of all runs of this host, past and live, for a process that runs no skopeo itself. */
export interface HostMetrics {
  /** Throws a `WrapperError` when a state directory cannot be read at all. */
  view(): MetricsView;
  render(info: Omit<WriterInfo, 'nowSeconds'>, target: RenderTarget, format: 'text' | 'openmetrics'): string;
  /** Compacts finished runs, at most once a minute, where that is possible. */
  foldIfDue(): void;
}

/** Opens the state directories for reading, again and again. */
export const openHostMetrics = ({ locations, clock, probe }: HostMetricsOptions): HostMetrics => {
  const host = systemHost(clock);
  const reader = createReader({ locations, host, probe });
  const folds = locations.map((location) => createPeriodicFold(location, host));
  return {
    view: () => reader.read(),
    render: (info, target, format) =>
      renderView(reader.read(), { ...info, nowSeconds: clock.wallMs() / 1000 }, target, format),
    foldIfDue: () => {
      for (const fold of folds) tryTo(fold.foldIfDue);
    },
  };
};
