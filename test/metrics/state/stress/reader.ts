import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../../src/context.ts';
import { systemHost } from '../../../../src/host/host.ts';
import type { StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';
import { createReader, readView } from '../../../../src/metrics/state/reading/reader.ts';
import { decreases } from '../support/fixtures.ts';

/**
 * Reads without rest until its stdin ends, like a listener (`stays`) or like many commands. Prints how often it read,
 * and everything that it saw fall.
 */
const [, , location = '', kind] = process.argv;
const locations = [JSON.parse(location) as StateLocation];
const host = systemHost(systemClock);
const listener = createReader({ locations, host });
const read = () => (kind === 'stays' ? listener.read() : readView({ locations, host }));

let ended = false;
process.stdin.on('end', () => {
  ended = true;
});
process.stdin.resume();
const fallen: string[] = [];
let reads = 1;
for (let before = read(); !ended; reads++) {
  await delay(50);
  const after = read();
  fallen.push(...decreases(before, after));
  before = after;
}
console.log(JSON.stringify({ reads, fallen }));
