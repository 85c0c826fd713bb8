import type { Clock, OutputStream } from '../context.ts';
import type { TrackedOperation } from '../tracking/tracked-operation.ts';
import { summaryText, totalText } from './progress-text.ts';
import type { Renderer } from './renderer.ts';

const INTERVAL_MS = 30_000;

/** Progress for logs: a line every half minute and one at the end. */
export const plainProgress = (stream: OutputStream, clock: Clock): Renderer => {
  let timer: NodeJS.Timeout | undefined;
  const say = (tracker: TrackedOperation): void => {
    const view = tracker.view();
    stream.write(`${view.live.operation}: ${totalText(view, clock.monotonicMs())}\n`);
  };
  return {
    onEvent: (event, tracker) => {
      if (event.type === 'operation-started') timer = setInterval(() => say(tracker), INTERVAL_MS);
    },
    onEnd: ({ result }) => {
      clearInterval(timer);
      stream.write(`${summaryText(result)}\n`);
    },
  };
};
