import type { Context } from '../context.ts';

/** What a live display does when it is suspended and continued. */
interface Suspendable {
  /** Removes itself from the screen. */
  hide(): void;
  /** Draws itself again, at the present position of the cursor. */
  show(): void;
}

/**
 * Keeps the screen clean across Ctrl-Z and `fg`: the display disappears before the shell prints its prompt, and comes
 * back below what has been printed meanwhile. The terminal itself stops skopeo.
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
