import { STATE_ERROR_REASONS, type StateErrorReason } from '../../view.ts';

/** How often a state file could not be used, or was not where it belongs, by reason. */
export type StateErrors = Readonly<Record<StateErrorReason, number>>;

export const NO_ERRORS: StateErrors = { damaged_run: 0, damaged_aggregate: 0, unreadable: 0, refused: 0, spilled: 0 };

/** Adds errors up by reason. */
export const addErrors = (parts: readonly Partial<StateErrors>[]): StateErrors =>
  mapErrors((reason) => parts.reduce((sum, part) => sum + (part[reason] ?? 0), 0));

/** The larger count of each reason. */
export const maxErrors = (a: StateErrors, b: StateErrors): StateErrors =>
  mapErrors((reason) => Math.max(a[reason], b[reason]));

const mapErrors = (count: (reason: StateErrorReason) => number): StateErrors => {
  const errors = { ...NO_ERRORS };
  for (const reason of STATE_ERROR_REASONS) errors[reason] = count(reason);
  return errors;
};
