import type { TrackedOperation } from '../../tracking/tracked-operation.ts';
import { type EventStreamOptions, type EventsFile, eventStream } from '../event-stream.ts';
import type { Renderer } from '../renderer.ts';
import type { SyncDisplay } from './sync-display.ts';

/** Also writes the events of all copies of a run; each line has the number of its copy. */
export const withEvents = (
  display: SyncDisplay,
  events: EventsFile,
  { clock, debug, redactor }: Pick<EventStreamOptions, 'clock' | 'debug' | 'redactor'>,
): SyncDisplay => {
  const streams = new WeakMap<TrackedOperation, Renderer>();
  let copies = 0;
  return {
    ...display,
    onEvent: (event, image) => {
      if (event.type === 'operation-started') {
        const options = { write: events.write, clock, debug, redactor, copy: ++copies };
        streams.set(image, eventStream(options));
      }
      streams.get(image)?.onEvent?.(event, image);
      display.onEvent(event, image);
    },
    onEnd: () => {
      display.onEnd();
      void events.close();
    },
  };
};
