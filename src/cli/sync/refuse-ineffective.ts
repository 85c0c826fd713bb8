import type { CommandLine } from '../../command-line/command-line.ts';
import { variableOf } from '../../command-line/own-flags.ts';
import { usageError } from '../../errors/wrapper-error.ts';
import { isSet } from './flag-values.ts';
import type { SyncMode } from './sync-options.ts';

/** Flags of results and locks that a run alone has. */
const OF_A_RUN = ['report', 'digestfile', 'lock'] as const;

const REPORT_NEXT = 'Leave it out, or run without it; --json prints the plan or the problems.';

/** Mode → the flag that asks for it, and flags that mean nothing then. */
const WITHOUT_EFFECT: Readonly<Record<Exclude<SyncMode, 'run'>, readonly string[]>> = {
  check: [...OF_A_RUN, 'verify', 'dry-run', 'plan-only', 'show-config'],
  'show-config': [...OF_A_RUN, 'verify', 'dry-run', 'plan-only', 'images', 'shard', 'prune', 'parallel'],
  plan: OF_A_RUN,
};

const modeFlag = (line: Pick<CommandLine, 'values'>, mode: SyncMode): string => {
  if (mode !== 'plan') return mode;
  return isSet(line, 'plan-only') ? 'plan-only' : 'dry-run';
};

const refuse = (flag: string, beside: string, next: string): never => {
  throw usageError(`--${flag} has no effect beside --${beside}`, next);
};

/**
 * Refuses flags that do nothing in this mode: somebody would wait for a file that is not written, or take an old one for
 * new. Throws a usage error.
 */
export const refuseIneffective = (
  line: Pick<CommandLine, 'values' | 'own'>,
  mode: SyncMode,
  env: Readonly<Record<string, string | undefined>>,
): void => {
  if (isSet(line, 'prune') && line.values.byName.has('images'))
    refuse('prune', 'images', 'A list prunes nothing: what it leaves out is not unwanted. Prune in a run without it.');
  if (mode === 'run') return;
  const flag = WITHOUT_EFFECT[mode].find((name) => isSet(line, name));
  if (flag !== undefined) refuse(flag, modeFlag(line, mode), REPORT_NEXT);
  const isEventsGiven = line.own.events !== undefined && env[variableOf('events')] === undefined;
  if (isEventsGiven) refuse('events', modeFlag(line, mode), REPORT_NEXT);
};
