import type { Clock } from '../context.ts';
import { eventJson } from './json/event-json.ts';
import type { Renderer } from './renderer.ts';

export interface EventStreamOptions {
  /** Gets whole lines. */
  readonly write: (line: string) => void;
  readonly clock: Clock;
  /** The user asked for skopeo's debug output; without that it stays ours. */
  readonly debug: boolean;
  /** Values that must not be shown. */
  readonly secrets: readonly string[];
  /** Number of the one copy of many that the events are about. */
  readonly copy?: number;
}

/** Writes every event as one JSON line with the time at which it happened. */
export const eventStream = ({ write, clock, debug, secrets, copy }: EventStreamOptions): Renderer => ({
  onEvent: (event) => {
    if (event.type === 'log' && event.level === 'debug' && !debug) return;
    write(`${eventJson(event, new Date(clock.wallMs()), secrets, copy)}\n`);
  },
});
