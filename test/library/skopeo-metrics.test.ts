import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { Counter, Registry } from 'prom-client';
import {
  SkopeoMetrics as Metrics,
  OperationTracker,
  openTextfile,
  type SkopeoMetrics,
  startMetricsServer,
  writeTextfile,
} from '../../src/index.ts';
import { readSamples } from '../support/exposition.ts';
import { tempDir } from '../support/temp.ts';

const finishCopy = (metrics: SkopeoMetrics): void => {
  using tracker = new OperationTracker({ operation: 'copy', source: 'docker://a/b', destination: 'dir:/c', metrics });
  tracker.succeed();
};

const OURS = { operation: 'copy', status: 'success' };

describe('SkopeoMetrics', () => {
  test("lives in the caller's registry, beside the caller's metrics", async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ team: 'platform' });
    new Counter({ name: 'releases_total', help: 'x', registers: [registry] }).inc(3);
    const metrics = new Metrics({ registry });
    finishCopy(metrics);
    assert.equal(metrics.registry, registry);
    const samples = readSamples(await registry.metrics());
    assert.equal(samples.sum('releases_total', { team: 'platform' }), 3);
    assert.equal(samples.sum('skopeo_operations_total', { ...OURS, team: 'platform' }), 1);
    assert.equal(samples.sum('skopeo_wrapper_build_info', { node_version: process.version }), 1);
    assert.throws(() => new Metrics({ registry }), /already been registered/);
  });

  test('each has numbers of its own', async () => {
    const [one, other] = [new Metrics(), new Metrics()];
    finishCopy(one);
    assert.equal(readSamples(await other.text()).sum('skopeo_operations_total'), 0);
  });

  test('leaves its numbers in a state directory, while it runs and afterwards', async () => {
    await using directory = await tempDir('library');
    await using server = await startMetricsServer({ stateDirs: [directory.path], host: '127.0.0.1', port: 0 });
    const scrape = async () => readSamples(await (await fetch(server.urls[0] ?? '')).text());
    {
      await using metrics = new Metrics({ stateDir: directory.path });
      using tracker = new OperationTracker({ operation: 'copy', source: 'docker://a/b', metrics });
      assert.equal((await scrape()).sum('skopeo_active_operations', { operation: 'copy' }), 1);
      tracker.succeed();
      assert.equal((await scrape()).sum('skopeo_operations_total', OURS), 1);
      assert.equal((await scrape()).sum('skopeo_wrapper_state_runs', { state: 'live' }), 1);
    }
    const samples = await scrape();
    assert.equal(samples.sum('skopeo_operations_total', OURS), 1);
    assert.equal(samples.sum('skopeo_wrapper_state_runs', { state: 'live' }), 0);
    assert.equal(samples.sum('skopeo_orphaned_operations_total'), 0);
  });
});

describe('the metrics server', () => {
  test('serves a registry, in both formats, until it is closed', async () => {
    const registry = new Registry();
    registry.setDefaultLabels({ team: 'platform' });
    const metrics = new Metrics({ registry });
    finishCopy(metrics);
    const server = await startMetricsServer({ metrics, host: '127.0.0.1', port: 0, enableOpenMetrics: true });
    const url = server.urls[0] ?? '';
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    assert.equal(readSamples(await (await fetch(url)).text()).sum('skopeo_operations_total', { team: 'platform' }), 1);
    const openMetrics = await fetch(url, { headers: { Accept: 'application/openmetrics-text; version=1.0.0' } });
    assert.match(await openMetrics.text(), /# TYPE skopeo_operations counter\n.*# EOF\n$/s);
    await server.close();
    await assert.rejects(fetch(url));
  });

  test('refuses a source that is none, and a port that is taken', async () => {
    const usage = { name: 'WrapperError', errorType: 'usage' };
    await assert.rejects(startMetricsServer({ stateDirs: [], port: 0 }), usage);
    const metrics = new Metrics();
    await using server = await startMetricsServer({ metrics, host: '127.0.0.1', port: 0 });
    const port = Number(new URL(server.urls[0] ?? '').port);
    await assert.rejects(startMetricsServer({ metrics, host: '127.0.0.1', port }), /the port is already in use/);
  });
});

describe('the textfile', () => {
  test('holds what the registry holds, and when it was written', async () => {
    await using directory = await tempDir('library');
    const metrics = new Metrics();
    const textfile = await openTextfile({ metrics, path: directory.path });
    assert.equal(textfile.path, directory.join('skopeo_wrapper.prom'));
    assert.equal(await textfile.write(), 'written');
    finishCopy(metrics);
    assert.equal(await textfile.write(), 'written');
    const samples = readSamples(await readFile(textfile.path, 'utf8'));
    assert.equal(samples.sum('skopeo_operations_total', OURS), 1);
    const ageSeconds = Date.now() / 1000 - samples.sum('skopeo_wrapper_textfile_write_timestamp_seconds');
    assert.ok(ageSeconds >= 0 && ageSeconds < 60, `${ageSeconds}`);
  });

  test('of state directories holds what all processes left there', async () => {
    await using directory = await tempDir('library');
    for (let run = 0; run < 2; run++) {
      await using metrics = new Metrics({ stateDir: directory.join('state') });
      finishCopy(metrics);
    }
    const path = await writeTextfile({ stateDirs: [directory.join('state')], path: directory.join('x.prom') });
    assert.equal(readSamples(await readFile(path, 'utf8')).sum('skopeo_operations_total', OURS), 2);
  });

  test('refuses a path that node_exporter would not read', async () => {
    await assert.rejects(writeTextfile({ metrics: new Metrics(), path: '/nonexistent/metrics.txt' }), {
      name: 'WrapperError',
      errorType: 'usage',
    });
  });
});
