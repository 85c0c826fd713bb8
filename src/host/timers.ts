/** The longest time of Node's timers, 24.8 days; a timer that is set to more fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls `then` after any time, however long; disposing of the result cancels it. */
export const after = (ms: number, then: () => void): Disposable => {
  let timer: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const partMs = Math.min(leftMs, LONGEST_MS);
    timer = setTimeout(() => (leftMs > partMs ? arm(leftMs - partMs) : then()), partMs);
  };
  arm(ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
};

/** Waits for any time, however long. Rejects with the signal's reason when the signal aborts. */
export const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const stop = (): void => {
      timer[Symbol.dispose]();
      reject(signal.reason);
    };
    const timer = after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    signal.addEventListener('abort', stop, { once: true });
  });
