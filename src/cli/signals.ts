import type { SignalSource } from '../context.ts';
import type { Termination } from '../operation/termination.ts';

const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

/** Turns the signals that ask a process to end into an abort signal whose reason names the first of them. */
export const abortOnSignals = (source: SignalSource): { readonly signal: AbortSignal } & Disposable => {
  const controller = new AbortController();
  const abort = (signal: NodeJS.Signals): void => controller.abort({ kind: 'signal', signal } satisfies Termination);
  for (const signal of ENDING) source.on(signal, abort);
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const signal of ENDING) source.off(signal, abort);
    },
  };
};
