/**
 * frames.ts HOURS: hours of frames on a simulated clock, with warnings and noise between them; prints the heap, in bytes, after the first
 * hour and at the end. Needs `--expose-gc`.
 */

import { PassThrough } from 'node:stream';
import { skopeoLines } from '../../../src/display/skopeo-lines.ts';
import { StderrParser, StdoutParser } from '../../../src/skopeo/output/output-parser.ts';
import type { OperationEvent } from '../../../src/tracking/events.ts';
import { simulatedCopy } from '../../support/simulated-copy.ts';

const FRAME_MS = 150;
const FRAMES_PER_HOUR = 3_600_000 / FRAME_MS;
const FRAMES = Number(process.argv[2]) * FRAMES_PER_HOUR;

const heapBytes = (): number => {
  if (!globalThis.gc) throw new Error('run with --expose-gc');
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};

const time = simulatedCopy();
const { tracker } = time;
const printed = new PassThrough().resume();
const lines = skopeoLines(printed);
const handle = (event: OperationEvent): void => {
  tracker.handle(event);
  lines.onEvent?.(event, tracker);
};
const stdout = new StdoutParser();
const stderr = new StderrParser();

const row = (hex: string, mebibytes: number): string =>
  `Copying blob ${hex} [==>---] ${mebibytes.toFixed(1)}MiB / 999999.0MiB | 1.0 MiB/s\r\n`;
const frame = (number: number): string =>
  `\x1b[2A\x1b[J${row('1d6fea2e89e6', number / 10)}${row('ca67e051b251', number / 12)}`;
const warning = (number: number): string =>
  `time="2026-01-01T00:00:00Z" level=warning msg="warning number ${number}"\n`;

handle({ type: 'attempt-started', attempt: 1, onTerminal: true });
stdout.push(Buffer.from('Getting image source signatures\n')).forEach(handle);
let afterAnHour = 0;
for (let number = 1; number <= FRAMES; number++) {
  time.nowMs += FRAME_MS;
  stdout.push(Buffer.from(frame(number))).forEach(handle);
  if (number % 50 === 0) for (const { events } of stderr.push(Buffer.from(warning(number)))) events.forEach(handle);
  if (number % 500 === 0) stdout.push(Buffer.from(`a line that nobody knows, number ${number}\n`)).forEach(handle);
  if (number % 4 === 0) handle({ type: 'io-sampled', readBytes: number * 1e5, writtenBytes: number * 1e5 });
  if (number % 1000 === 0) tracker.view();
  if (number === FRAMES_PER_HOUR) afterAnHour = heapBytes();
}
process.stdout.write(`${JSON.stringify({ frames: FRAMES, afterAnHour, atTheEnd: heapBytes() })}\n`);
// What is measured must be alive until here.
handle({ type: 'attempt-failed', attempt: 1, errorType: 'canceled', message: '' });
