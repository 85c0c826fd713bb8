import { setTimeout as delay } from 'node:timers/promises';
import { systemClock } from '../../../../src/context.ts';
import { systemHost } from '../../../../src/host/host.ts';
import type { StateLocation } from '../../../../src/metrics/state/files/state-directory.ts';
import { fold } from '../../../../src/metrics/state/folding/fold.ts';

/** Folds without rest until it is killed. Says so once: at its `start`, or when it has `folded` something. */
const [, , where = '', announce] = process.argv;
const location = JSON.parse(where) as StateLocation;
const host = systemHost(systemClock);
if (announce === 'start') process.stdout.write('started');
for (;;) {
  const { outcome } = fold(location, host);
  if (announce === 'folded' && outcome === 'folded') process.stdout.write('folded');
  await delay(20);
}
