import { type Threshold, ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';

/** Colours by value: the first step is the base and has no value, each further one counts from its value on. */
export type Steps = readonly [base: string, ...steps: readonly (readonly [from: number, color: string])[]];

export const NEUTRAL: Steps = ['blue'];
export const GOOD: Steps = ['green'];
/** For what should be zero. */
export const ZERO_IS_GOOD: Steps = ['green', [1, 'red']];

const toThresholds = ([base, ...steps]: Steps): Threshold[] => [
  { value: null, color: base },
  ...steps.map(([value, color]) => ({ value, color })),
];

/** Thresholds of a panel. */
export const thresholds = (steps: Steps): ThresholdsConfigBuilder =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(toThresholds(steps));

/** Thresholds of one column of a table. */
export const thresholdsValue = (steps: Steps) => ({ mode: ThresholdsMode.Absolute, steps: toThresholds(steps) });
