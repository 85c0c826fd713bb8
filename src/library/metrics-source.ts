import type { SkopeoMetrics } from './skopeo-metrics.ts';

/** Whose numbers are shown: those of this process, or those that all runs left in state directories, added up. */
export type MetricsSource =
  | { readonly metrics: SkopeoMetrics; readonly stateDirs?: never }
  | { readonly stateDirs: readonly string[]; readonly metrics?: never };
