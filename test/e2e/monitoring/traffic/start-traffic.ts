import { setTimeout as sleep } from 'node:timers/promises';
import { killProcessesWithEnv } from '../../../support/process.ts';
import { buildRoads, type Roads } from './roads.ts';
import { STREAMS } from './streams.ts';

/**
 * Keeps both hosts busy until it is disposed of, with all that the metrics can tell: copies that succeed, fail, are
 * retried, stall and are killed, and a mirror with copied, unchanged and failed images. All of it is real.
 */
export const startTraffic = async (hosts: Roads['hosts']): Promise<AsyncDisposable> => {
  await using stack = new AsyncDisposableStack();
  const ending = new AbortController();
  const roads = await buildRoads(hosts, stack, ending.signal);
  const streams = Promise.all(
    STREAMS.map(async (take) => {
      for (let turn = 0; !ending.signal.aborted; turn++) await take(turn, roads);
    }),
  );
  streams.catch(() => {}); // told at the end
  stack.defer(async () => {
    ending.abort();
    // A turn may still start a run.
    const ended = streams.then(() => true);
    do killProcessesWithEnv(roads.marker);
    while (!(await Promise.race([ended, sleep(500)])));
  });
  const owned = stack.move();
  return { [Symbol.asyncDispose]: () => owned.disposeAsync() };
};
