import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

export interface Link extends AsyncDisposable {
  readonly host: string;
}

/** Opens a link with a delay to a port of this machine. */
export const openLink = async (port: number, roundTripMs: number): Promise<Link> => {
  const worker = new Worker(new URL('./delay-proxy.ts', import.meta.url), { workerData: { port, roundTripMs } });
  const [opened] = (await once(worker, 'message')) as [number];
  return { host: `127.0.0.1:${opened}`, [Symbol.asyncDispose]: async () => void (await worker.terminate()) };
};
