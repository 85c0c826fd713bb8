import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { SyntheticHost } from './synthetic-host.ts';
import { renderHistory, renderScrape, samplesOf, zeroInitialise } from './synthetic-samples.ts';

const WARM_UP_SECONDS = 4 * 3600;

const HOSTS = [
  { source: 'listener', labels: { job: 'skopeo-wrapper', instance: 'mirror-1:8000' }, seed: 1 },
  { source: 'textfile', labels: { job: 'node', instance: 'mirror-2:9100' }, seed: 2 },
] as const;

const warmHost = (seed: number, nowSeconds: number): SyntheticHost => {
  const host = new SyntheticHost(seed, nowSeconds - WARM_UP_SECONDS);
  zeroInitialise(host);
  while (host.nowSeconds < nowSeconds) host.advance(10);
  return host;
};

/** An exporter that shows a synthetic host, live. `address` is host:port. */
export interface SyntheticExporter extends AsyncDisposable {
  readonly address: string;
}

/**
 * Serves a synthetic host on a free loopback port; with every scrape as much time passes for it as for us. A sync
 * has just begun.
 */
export const serveSynthetic = async (source: 'listener' | 'textfile', seed: number): Promise<SyntheticExporter> => {
  const host = warmHost(seed, Date.now() / 1000);
  host.start('sync');
  const server = createServer((_, response) => {
    host.advance(Date.now() / 1000 - host.nowSeconds);
    response
      .setHeader('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
      .end(renderScrape(samplesOf(host, source)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    address: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Fills a data directory of Prometheus with the history of two synthetic hosts, up to `endSeconds`. */
export const writeSyntheticHistory = async (
  dataDirectory: string,
  { endSeconds, hours, stepSeconds }: { endSeconds: number; hours: number; stepSeconds: number },
): Promise<void> => {
  const scratch = await mkdtemp(join(tmpdir(), 'synthetic-history-'));
  const file = join(scratch, 'history.om');
  try {
    const stream = createWriteStream(file);
    const start = endSeconds - hours * 3600;
    const hosts = HOSTS.map(({ seed, ...rest }) => ({ ...rest, host: warmHost(seed, start) }));
    for (let now = start; now <= endSeconds; now += stepSeconds) {
      for (const { host, source, labels } of hosts) {
        host.advance(now - host.nowSeconds);
        const up = { name: 'up', labels: {}, value: 1 };
        const cost = { name: 'scrape_duration_seconds', labels: {}, value: 0.011 };
        stream.write(renderHistory([...samplesOf(host, source), up, cost], labels, now));
      }
    }
    stream.end('# EOF\n');
    await once(stream, 'close');
    await execa('promtool', ['tsdb', 'create-blocks-from', 'openmetrics', '--quiet', file, dataDirectory]);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
};
