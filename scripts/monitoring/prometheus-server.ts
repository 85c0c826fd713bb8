import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import * as z from 'zod';

/** A port of the loopback interface that nobody listens on. */
export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
};

/** Asks until the answer is 200, or gives up after `timeoutSeconds`. */
export const waitForOk = async (url: string, timeoutSeconds = 30): Promise<void> => {
  const deadline = performance.now() + timeoutSeconds * 1000;
  while (performance.now() < deadline) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await sleep(100);
  }
  throw new Error(`${url} did not answer 200 within ${timeoutSeconds} s`);
};

/** A process that serves HTTP, and how to end it. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string;
}

/** Starts a server, waits for its readiness, and ends it with `await using`. */
export const startServer = async (
  command: string,
  args: readonly string[],
  url: string,
  readyPath: string,
): Promise<RunningServer> => {
  const child = execa(command, args, { reject: false, all: true, forceKillAfterDelay: 5000 });
  const ended = child.then(({ all }) => Promise.reject(new Error(`${command} ended:\n${all}`)));
  ended.catch(() => {});
  await Promise.race([waitForOk(url + readyPath), ended]);
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await child;
    },
  };
};

/**
 * A real Prometheus on a free port of the loopback interface. `data`: a directory with blocks, else an empty one that
 * is removed at the end. Made-up history has no marks where a series ends, so it wants a short `lookback`.
 */
export const startPrometheus = async (
  configFile: string,
  { data, lookback = '5m' }: { data?: string; lookback?: string } = {},
): Promise<RunningServer> => {
  const directory = data ?? (await mkdtemp(join(tmpdir(), 'prometheus-')));
  const address = `127.0.0.1:${await freePort()}`;
  const server = await startServer(
    'prometheus',
    [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${directory}`,
      `--web.listen-address=${address}`,
      '--storage.tsdb.retention.time=10y',
      `--query.lookback-delta=${lookback}`,
      '--log.level=warn',
    ],
    `http://${address}`,
    '/-/ready',
  );
  return {
    url: server.url,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      if (data === undefined) await rm(directory, { recursive: true, force: true });
    },
  };
};

/** Writes a configuration (YAML, or JSON, which is YAML) into a directory and returns its path. */
export const writeConfig = async (directory: string, config: object): Promise<string> => {
  const file = join(directory, 'prometheus.yml');
  await writeFile(file, JSON.stringify(config));
  return file;
};

const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);
const instantSeries = z.object({ metric: labels, value: sample });
const rangeSeries = z.object({ metric: labels, values: z.array(sample) });
const answer = z.discriminatedUnion('status', [
  z.object({ status: z.literal('success'), data: z.unknown() }),
  z.object({ status: z.literal('error'), error: z.string() }),
]);

export type InstantSeries = z.infer<typeof instantSeries>;
export type RangeSeries = z.infer<typeof rangeSeries>;

/** One call of Prometheus' HTTP API; throws what Prometheus complains about. */
export const api = async (url: string, path: string, query: Record<string, string> = {}): Promise<unknown> => {
  const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(query)}`);
  const body = answer.parse(await response.json());
  if (body.status === 'error') throw new Error(`${body.error}: ${query.query ?? path}`);
  return body.data;
};

/** The result of a query at one time, Unix seconds; now if not given. */
export const queryInstant = async (url: string, query: string, timeSeconds?: number): Promise<InstantSeries[]> => {
  const data = await api(url, 'query', { query, ...(timeSeconds === undefined ? {} : { time: String(timeSeconds) }) });
  return z.object({ result: z.array(instantSeries) }).parse(data).result;
};

/** The result of a query over time, Unix seconds. */
export const queryRange = async (
  url: string,
  query: string,
  range: { startSeconds: number; endSeconds: number; stepSeconds: number },
): Promise<RangeSeries[]> => {
  const data = await api(url, 'query_range', {
    query,
    start: String(range.startSeconds),
    end: String(range.endSeconds),
    step: String(range.stepSeconds),
  });
  return z.object({ result: z.array(rangeSeries) }).parse(data).result;
};
