import type { ChildProcess } from 'node:child_process';

/** How long a process's streams are read after its end: a helper that goes on running may hold them open for ever. */
const GRACE_MS = 2_000;

/**
 * Lets go of a process's streams, and of others that lead to it, when it has been gone for a while; what is in them by
 * then is read first.
 */
export const withGrace = <Child extends { readonly nodeChildProcess: ChildProcess }>(
  child: Child,
  ...others: readonly ({ destroy(): unknown } | undefined)[]
): Child => {
  const { nodeChildProcess: process } = child;
  const letGo = (): void => {
    for (const stream of [process.stdout, process.stderr, ...others]) stream?.destroy();
  };
  // However late the timer comes on a busy machine, one more turn of the loop reads what waits.
  process.once('exit', () => setTimeout(() => setImmediate(letGo), GRACE_MS).unref());
  return child;
};
