import { createInterface } from 'node:readline';
import { systemClock } from '../../../../src/context.ts';
import { systemHost } from '../../../../src/host/host.ts';
import type { StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import { readView } from '../../../../src/metrics/state/reading/reader.ts';
import { openRun } from '../../../../src/metrics/state/writing/run-writer.ts';
import { copies, finished, liveCopy } from './fixtures.ts';

/**
 * A run in a process of its own: `node run-child.ts '<StateLocation as JSON>'`. Has one copy in progress at once, beats
 * every 20 ms, and answers each line on stdin with a line on stdout: `finish`, `view`, `fold`.
 */
const location = JSON.parse(process.argv[2] ?? '') as StateLocation;
process.umask(0o077);
const host = systemHost(systemClock);
const live = [liveCopy()];
const writer = openRun({
  location,
  host,
  heartbeatIntervalMs: 20,
  job: { name: 'child', maxAgeSeconds: 60 },
  onWarning: (message) => process.stderr.write(`${message}\n`),
});
const beat = () => writer.write({ totals: copies(2), live });
beat();
const timer = setInterval(beat, 20);
console.log(`ready ${process.pid}`);

const answers: Record<string, () => unknown> = {
  finish: () => {
    clearInterval(timer);
    writer.finish({ ...finished, totals: copies(3) });
    return { failed: writer.failed };
  },
  view: () => readView({ locations: [location], host }),
  fold: () => fold(location, host),
};
const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => console.log(JSON.stringify(answers[line]?.())));
lines.on('close', () => clearInterval(timer));
