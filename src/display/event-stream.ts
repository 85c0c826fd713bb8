import type { Clock } from '../context.ts';
import type { Renderer } from './renderer.ts';

/** Writes every event as one JSON line with the time at which it happened. `write` gets whole lines. */
export const eventStream = (write: (line: string) => void, clock: Clock): Renderer => ({
  onEvent: (event) => write(`${JSON.stringify({ time: new Date(clock.wallMs()).toISOString(), ...event })}\n`),
});
