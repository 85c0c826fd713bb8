import { writeFile } from 'node:fs/promises';
import type { Rule } from '../../../support/proxy.ts';
import { MIB, type Roads, TLS } from './roads.ts';

/** One run, or a few, of a stream that goes on turn after turn. */
type Turn = (turn: number, roads: Roads) => Promise<unknown>;

/** Every image over a slow link, to a directory or to a registry, which reuses what it has. */
const steadyCopies: Turn = (turn, { run, hosts, slow, open, work }) => {
  const image = `base/image${turn % 3}:1`;
  const destination = turn % 2 === 0 ? `dir:${work.join(`copy${turn % 4}`)}` : open.reference(`copies/${image}`);
  const job = ['--job-name', 'base-images'];
  return run(hosts.listenerHost, 'copy', ...job, ...TLS, slow.reference(image), destination);
};

/** A tag that is not there, a registry that wants a login, and a port on which nobody listens. */
const failures: Turn = async (turn, { run, pause, hosts, open, locked, work }) => {
  const sources = [open.reference('base/image0:gone'), locked.reference('private/app:1'), 'docker://127.0.0.1:1/app:1'];
  const images = [sources[turn % sources.length] ?? '', `dir:${work.join('failed')}`];
  await run(hosts.listenerHost, 'copy', '--job-name', 'archive', ...TLS, ...images);
  await pause(15);
};

const FAULTS: readonly Rule[] = [
  // skopeo tries some of these again by itself.
  { match: { path: /manifests/, times: 6 }, do: { answer: { status: 429, headers: { 'retry-after': '1' } } } },
  { match: { path: /\/blobs\//, times: 1 }, do: { answer: { status: 503 } } },
  { match: { path: /\/blobs\//, times: 1 }, do: { down: { resetAfterBytes: MIB / 4 } } },
];

/** Limits of the rate, errors of the server, broken connections: mended by another attempt. */
const retries: Turn = async (turn, { run, pause, hosts, faulty, work }) => {
  faulty.setRules(FAULTS.slice(turn % FAULTS.length));
  const flags = ['--job-name', 'weekly', '--retry-times', '5', '--retry-delay', '1s', ...TLS];
  await run(hosts.textfileHost, 'copy', ...flags, faulty.reference('base/image1:1'), `dir:${work.join('retried')}`);
  await pause(3);
};

/** A mirror whose sources get a new tag each time; the others are unchanged, and one image is not there. */
const mirror: Turn = async (turn, { run, hosts, open, slow, layout, work }) => {
  const tag = `v${turn}`;
  await layout.addImage(tag, { seed: tag, layers: [{ sizeBytes: 3 * MIB, seed: tag }, { sizeBytes: MIB }] });
  const apps = ['one', 'two'].map((app) => ({ source: `apps/${app}`, destination: `${open.host}/mirror/${app}` }));
  for (const { source } of apps) await open.seed(layout.reference(tag), `${source}:${tag}`);
  const images = [...apps, { source: 'apps/one', tags: ['gone'], destination: `${open.host}/mirror/gone` }];
  const job = {
    registries: { [slow.host]: { 'tls-verify': false }, [open.host]: { 'tls-verify': false } },
    retry: { times: 0 },
    images: images.map((image) => ({ ...image, source: `${slow.host}/${image.source}` })),
  };
  const file = work.join('mirror.json');
  await writeFile(file, JSON.stringify(job));
  await run(hosts.textfileHost, 'sync', '--file', file, '--parallel', '1', '--job-name', 'mirror');
};

/** A download that stands still until the wrapper ends it. */
const stalls: Turn = (_, { run, hosts, dead, work }) => {
  const images = [dead.reference('base/image2:1'), `dir:${work.join('stalled')}`];
  return run(hosts.listenerHost, 'copy', '--stall-timeout', '20s', ...TLS, ...images);
};

/** A run that is killed in the middle; the next run of the host counts it. */
const kills: Turn = async (_, { start, pause, hosts, dead, work }) => {
  const images = [dead.reference('base/image2:1'), `dir:${work.join('killed')}`];
  const killed = start(hosts.textfileHost, 'copy', '--job-name', 'nightly', ...TLS, ...images);
  await pause(6);
  killed.kill('SIGKILL');
  await killed.result;
  await pause(60);
};

/** What goes on side by side. */
export const STREAMS: readonly Turn[] = [steadyCopies, failures, retries, mirror, stalls, kills];
