import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSamples } from '../metrics/samples.ts';
import { freePort } from '../support/free-port.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  curl,
  nameOf,
  openScene,
  type Samples,
  samplesOf,
  stallingCopy,
  startMetricsServer,
  startStallingRegistry,
} from './scene.ts';

const COPIES = 'skopeo_operations_total{operation="copy",status="success"}';
const ACTIVE = 'skopeo_active_operations{operation="copy"}';

/** The heartbeat gauges of an operation with a certain source. */
const HEARTBEAT_GAUGES = [
  'skopeo_active_operation_duration_seconds',
  'skopeo_operation_speed_blobs_per_second',
  'skopeo_operation_stale_seconds',
  'skopeo_active_operations_detailed',
  'skopeo_operation_last_progress_percent',
];

const gaugesOf = (samples: Samples, source: string): string[] =>
  [...samples.keys()].filter((series) => series.includes(`source_short="${source}"`)).map(nameOf);

test('a copy of cron is seen by the next scrape, also by one whose server started later', async () => {
  await using scene = await openScene();
  await using before = await startMetricsServer(scene);
  const { exitCode, stderr } = await scene.run(
    ...['--state-dir', scene.stateDir, 'copy', scene.source, `dir:${scene.dir.join('out')}`],
  );
  assert.equal(exitCode, 0, stderr);
  await using after = await startMetricsServer(scene);
  for (const server of [before, after]) {
    const samples = await server.scrape();
    assert.equal(samples.get(COPIES), 1);
    assert.equal(samples.get('skopeo_blobs_total{operation="copy",outcome="copied"}'), 3);
    assert.equal(samples.get('skopeo_source_operations_total{operation="copy",source_type="oci"}'), 1);
    assert.equal(samples.get('skopeo_destination_operations_total{destination_type="dir",operation="copy"}'), 1);
    assert.equal(samples.get('skopeo_blob_size_bytes_count{operation="copy"}'), 3);
    assert.equal(samples.get(ACTIVE), 0);
    assert.deepEqual(samplesOf(samples, 'skopeo_active_operations_detailed'), {});
    assert.equal(samples.get('skopeo_wrapper_state_writable{}'), 1);
    assert.equal(samples.get('skopeo_binary_available{}'), 1);
  }
});

test('copies that run are seen by everybody who serves, and do not fight over a port', async () => {
  await using scene = await openScene();
  await using registry = await startStallingRegistry(scene, ['team/one', 'team/two']);
  await using server = await startMetricsServer(scene);
  const port = await freePort();
  const copy = (repository: string) =>
    scene.start(
      ...['--metrics-listen', `${port}`, '--heartbeat-interval', '1s'],
      ...stallingCopy(registry.source(repository), scene.dir.join(repository.replace('/', '-'))),
    );
  const one = copy('team/one');
  await waitFor('the first copy to serve', () => curl(`http://localhost:${port}/healthz`));
  const two = copy('team/two');
  const shorts = ['team/one', 'team/two'].map((repository) => `docker:${registry.proxy.host}/${repository}`);
  const samples = await waitFor('both copies in mid-blob', async () => {
    const seen = await server.scrape();
    const stuck = samplesOf(seen, 'skopeo_operation_transferred_bytes');
    const isStuck = Object.keys(stuck).length === 2 && Object.values(stuck).every((bytes) => bytes > 0);
    // Sizes are looked up beside the copy.
    const isSized = shorts.every((short) => gaugesOf(seen, short).includes('skopeo_operation_expected_bytes'));
    return isStuck && isSized && seen;
  });
  assert.equal(samples.get(ACTIVE), 2);
  for (const short of shorts) {
    const gauges = gaugesOf(samples, short);
    for (const gauge of HEARTBEAT_GAUGES) assert.ok(gauges.includes(gauge), `${gauge} of ${short}`);
  }
  await waitFor('the second to give up the port', () => /no metrics are served by this run/.test(two.output.stderr));

  const theirs = parseSamples(await curl(`http://localhost:${port}/metrics`));
  for (const short of shorts) assert.deepEqual(gaugesOf(theirs, short).toSorted(), gaugesOf(samples, short).toSorted());
  const shared = ([series]: [string, number]) => !/^(process_|nodejs_|skopeo_wrapper_)/.test(series);
  assert.deepEqual(
    [...theirs].filter(shared).map(([series]) => nameOf(series)),
    [...(await server.scrape())].filter(shared).map(([series]) => nameOf(series)),
  );

  registry.release();
  const results = await Promise.all([one.result, two.result]);
  assert.deepEqual(
    results.map(({ exitCode }) => exitCode),
    [0, 0],
    results.map(({ stderr }) => stderr).join('\n'),
  );
  assert.equal((await one.result).stderr.match(/warning/g), null);
  assert.equal((await two.result).stderr.match(/warning/g)?.length, 1);
  const end = await server.scrape();
  assert.equal(end.get(COPIES), 2);
  assert.equal(end.get(ACTIVE), 0);
  for (const short of shorts) assert.deepEqual(gaugesOf(end, short), []);
  assert.deepEqual(samplesOf(end, 'skopeo_operation_errors_total'), {});
});
