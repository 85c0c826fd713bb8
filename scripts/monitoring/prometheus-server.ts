import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import * as z from 'zod';

/** Only guards against a server that hangs. */
const START_SECONDS = 120;

/** Asks until the answer is 200, or gives up after two minutes. */
const waitForOk = async (url: string): Promise<void> => {
  const deadline = performance.now() + START_SECONDS * 1000;
  while (performance.now() < deadline) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await sleep(100);
  }
  throw new Error(`${url} did not answer 200 within ${START_SECONDS} s`);
};

/** A process that serves HTTP, and how to end it. */
export interface RunningServer extends AsyncDisposable {
  /** `http://ADDRESS`. */
  readonly url: string;
  /** `HOST:PORT`. */
  readonly address: string;
}

/** Where a program that uses the exporter-toolkit says that it listens. */
const addressIn = async (log: Readable): Promise<string> => {
  const { promise, resolve } = Promise.withResolvers<string>();
  createInterface({ input: log }).on('line', (line) => {
    const address = /Listening on.*address=(127\.0\.0\.1:[1-9]\d*)/.exec(line)?.[1];
    if (address !== undefined) resolve(address);
  });
  return promise;
};

/**
 * Starts a program of Prometheus on a port of 127.0.0.1 that it chooses itself, waits for its readiness, and ends it with
 * `await using`. Its log must not be quieter than `info`, which tells the port.
 */
export const startServer = async (
  command: string,
  args: readonly string[],
  readyPath: string,
): Promise<RunningServer> => {
  const child = execa(command, ['--web.listen-address=127.0.0.1:0', ...args], {
    reject: false,
    all: true,
    forceKillAfterDelay: 5000,
  });
  const ended = child.then(({ all }) => Promise.reject(new Error(`${command} ended:\n${all}`)));
  ended.catch(() => {});
  const address = await Promise.race([addressIn(child.stderr), ended]);
  const url = `http://${address}`;
  await Promise.race([waitForOk(url + readyPath), ended]);
  return {
    url,
    address,
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
  const args = [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${directory}`,
    '--storage.tsdb.retention.time=10y',
    `--query.lookback-delta=${lookback}`,
  ];
  const server = await startServer('prometheus', args, '/-/ready');
  return {
    ...server,
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
