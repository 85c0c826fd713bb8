import type { Context } from '../context.ts';

/** What a live display does around a suspension. */
interface Suspendable {
  /** Takes itself off the screen. */
  hide(): void;
  /** Draws itself anew, wherever the cursor is now. */
  show(): void;
}

/**
 * Keeps the screen whole over Ctrl-Z and `fg`: the display goes before the shell prints its prompt, and comes back below
 * what has been printed meanwhile. skopeo is stopped by the terminal itself.
 */
export const watchSuspension = (
  { signals, pid }: Pick<Context, 'signals' | 'pid'>,
  display: Suspendable,
): Disposable => {
  const suspend = (): void => {
    display.hide();
    process.kill(pid, 'SIGSTOP');
  };
  const resume = (): void => display.show();
  signals.on('SIGTSTP', suspend);
  signals.on('SIGCONT', resume);
  return {
    [Symbol.dispose]: () => {
      signals.off('SIGTSTP', suspend);
      signals.off('SIGCONT', resume);
    },
  };
};
