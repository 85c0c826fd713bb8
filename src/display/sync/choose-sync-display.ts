import type { Context } from '../../context.ts';
import type { SyncDisplay, SyncDisplayOptions } from './sync-display.ts';

/** Chooses how a run is shown. */
export const chooseSyncDisplay = async (options: SyncDisplayOptions, context: Context): Promise<SyncDisplay> => {
  if (options.kind === 'bar') return (await import('./sync-bars.ts')).syncBars(options, context);
  return (await import('./sync-plain.ts')).syncPlain(options, context);
};
