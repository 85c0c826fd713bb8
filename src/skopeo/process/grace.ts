import type { ChildProcess } from 'node:child_process';

/**
 * For how long a process's streams are read after its end: a helper that goes on running may hold them open for ever.
 */
const GRACE_MS = 2_000;

/**
 * Closes a process's streams, and others that lead to it, some time after its end; what they contain by then is read
 * first.
 */
export const withGrace = <Child extends { readonly nodeChildProcess: ChildProcess }>(
  child: Child,
  ...others: readonly ({ destroy(): unknown } | undefined)[]
): Child => {
  const { nodeChildProcess: process } = child;
  const closeStreams = (): void => {
    for (const stream of [process.stdout, process.stderr, ...others]) stream?.destroy();
  };
  // However late the timer fires on a busy machine, one more turn of the event loop reads what is waiting.
  process.once('exit', () => setTimeout(() => setImmediate(closeStreams), GRACE_MS).unref());
  return child;
};
