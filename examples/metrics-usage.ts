/**
 * Shows how to use the library: `npm run example`, or `node examples/metrics-usage.ts`. Needs skopeo and Node 24, but no
 * network; makes its own images in a temporary directory and leaves nothing behind.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Registry } from 'prom-client';
import { copy, OperationTracker, SkopeoMetrics, startMetricsServer, writeTextfile } from 'skopeo-wrapper';
import { randomLayers, writeOciImage } from '../scripts/support/image.ts';

const KIB = 1024;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Prints the samples of a page whose line matches. */
const show = (page: string, pattern: RegExp): void => {
  for (const line of page.split('\n')) if (!line.startsWith('#') && pattern.test(line)) say(`  ${line}`);
};

const basicUse = async (directory: string, image: string): Promise<void> => {
  const metrics = new SkopeoMetrics();
  const copying = copy({ source: image, destination: `dir:${directory}/basic`, metrics });
  let blobs = 0;
  for await (const event of copying) if (event.type === 'blob-started') blobs++;
  const { outcome, transferredBytes } = await copying.result;
  say(`  ${outcome}: ${blobs} blobs, ${transferredBytes} bytes`);
  show(
    await metrics.text(),
    /^skopeo_(operations_total.*copy.*success|blobs_total.*copy.*copied|transferred_bytes_total.*copy)/,
  );
};

const ownRegistry = async (directory: string, image: string): Promise<void> => {
  const registry = new Registry();
  registry.setDefaultLabels({ team: 'platform' });
  const released = new Counter({ name: 'releases_total', help: 'Images released.', registers: [registry] });
  const metrics = new SkopeoMetrics({ registry });
  const { outcome } = await copy({ source: image, destination: `dir:${directory}/own`, metrics }).result;
  if (outcome === 'success') released.inc();
  show(await registry.metrics(), /^(releases_total|skopeo_operations_total.*copy.*success)/);
};

const trackerByHand = async (): Promise<void> => {
  const metrics = new SkopeoMetrics();
  using tracker = new OperationTracker({
    operation: 'copy',
    source: 'docker://registry.example/team/app:1',
    destination: 'dir:/srv/app',
    metrics,
    heartbeatIntervalSeconds: 1,
  });
  const heartbeat = /^skopeo_operation_heartbeat_timestamp_seconds/;
  const digest = `sha256:${randomBytes(32).toString('hex')}`;
  tracker.expectBlobs([{ kind: 'layer', digest, sizeBytes: 400 * KIB }]);
  tracker.blobStarted(digest);
  tracker.blobProgress(digest, 100 * KIB);
  say('  a quarter done, then silence; the heartbeat goes on:');
  show(await metrics.text(), /^skopeo_operation_last_progress_percent/);
  show(await metrics.text(), heartbeat);
  await sleep(1_300);
  show(await metrics.text(), heartbeat);
  tracker.blobFinished(digest, 'copied');
  tracker.step('writing_manifest');
  const { outcome, transferredBytes } = tracker.succeed();
  say(`  ${outcome}: ${transferredBytes} bytes`);
};

const metricsServer = async (directory: string, image: string): Promise<void> => {
  const metrics = new SkopeoMetrics();
  await using server = await startMetricsServer({ metrics, host: '127.0.0.1', port: 0 });
  await copy({ source: image, destination: `dir:${directory}/served`, metrics }).result;
  const url = server.urls[0] ?? '';
  const response = await fetch(url);
  say(`  GET ${new URL(url).pathname}: ${response.status} ${response.headers.get('content-type')}`);
  show(await response.text(), /^skopeo_operations_total.*copy.*success/);
};

const countedError = async (directory: string): Promise<void> => {
  const metrics = new SkopeoMetrics();
  const source = `oci:${directory}/image:no-such-tag`;
  const { outcome, errorType, exitCode, next } = await copy({ source, destination: `dir:${directory}/none`, metrics })
    .result;
  say(`  ${outcome}: ${errorType}, exit code ${exitCode}\n  ${next}`);
  show(await metrics.text(), /^skopeo_(operations_total.*copy.*error|operation_errors_total.*copy.*not_found)/);
};

/** What the child of the next scene does: an operation that never ends. */
const copyForEver = (stateDir: string): void => {
  const metrics = new SkopeoMetrics({ stateDir, heartbeatIntervalSeconds: 1 });
  new OperationTracker({
    operation: 'copy',
    source: 'docker://registry.example/app',
    destination: 'dir:/srv',
    metrics,
  });
  say('running');
  process.stdin.resume(); // until the parent is gone
};

const killedChild = async (directory: string): Promise<void> => {
  const stateDir = join(directory, 'state');
  const child = spawn(process.execPath, [import.meta.filename, '--copy-for-ever', stateDir], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await using server = await startMetricsServer({ stateDirs: [stateDir], host: '127.0.0.1', port: 0 });
  const scrape = async (): Promise<string> => (await fetch(server.urls[0] ?? '')).text();
  say('  while it runs:');
  show(await scrape(), /^skopeo_active_operations\{.*copy/);
  child.kill('SIGKILL');
  await once(child, 'exit');
  say('  after SIGKILL:');
  const crashed =
    /^skopeo_(active_operations\{.*copy|operation_errors_total.*copy.*crashed|orphaned_operations_total.*copy)/;
  show(await scrape(), crashed);
  say(`  for node_exporter: ${await writeTextfile({ stateDirs: [stateDir], path: join(directory, 'skopeo.prom') })}`);
};

const runAll = async (directory: string): Promise<void> => {
  const image = `oci:${directory}/image:v1`;
  await writeOciImage(join(directory, 'image'), 'v1', randomLayers([300 * KIB, 100 * KIB]));
  const scenes: readonly (readonly [string, () => Promise<void>])[] = [
    ['Basic use', () => basicUse(directory, image)],
    ['A registry and metrics of your own', () => ownRegistry(directory, image)],
    ['OperationTracker by hand, a heartbeat every second', trackerByHand],
    ['The metrics server', () => metricsServer(directory, image)],
    ['An error that is counted and classified', () => countedError(directory)],
    ['A killed process shows up as crashed', () => killedChild(directory)],
  ];
  for (const [index, [title, play]] of scenes.entries()) {
    say(`${index === 0 ? '' : '\n'}${index + 1}. ${title}`);
    await play();
  }
};

const [mode, stateDir] = process.argv.slice(2);
if (mode === '--copy-for-ever' && stateDir !== undefined) {
  copyForEver(stateDir);
} else {
  const directory = await mkdtemp(join(tmpdir(), 'skopeo-wrapper-example-'));
  try {
    await runAll(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
