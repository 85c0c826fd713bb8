import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../../src/context.ts';
import type { StateLocation } from '../../../../src/metrics/state/files/directories.ts';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';
import { systemHost } from '../../../../src/metrics/state/host/host.ts';

/** Folds without rest until it is killed. */
const location = JSON.parse(process.argv[2] ?? '') as StateLocation;
const host = systemHost(systemClock);
process.stdout.write('started');
for (;;) {
  fold(location, host);
  await delay(20);
}
