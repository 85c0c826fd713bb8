import assert from 'node:assert/strict';
import { readlink } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { waitFor } from '../support/wait-for.ts';
import {
  type MetricsServer,
  nameOf,
  openScene,
  type Samples,
  type Scene,
  samplesOf,
  stallingCopy,
  startMetricsServer,
  startStallingRegistry,
} from './scene.ts';

const ACTIVE = 'skopeo_active_operations{operation="copy"}';
const ORPHANED = 'skopeo_orphaned_operations_total{operation="copy"}';

/** Waits until a copy has moved some bytes and then stopped, with all that the scrape says. */
const midBlob = (server: MetricsServer): Promise<Samples> =>
  waitFor('a copy in mid-blob', async () => {
    const samples = await server.scrape();
    const bytes = Object.values(samplesOf(samples, 'skopeo_operation_transferred_bytes'));
    const step = Object.keys(samplesOf(samples, 'skopeo_active_operations_detailed'))[0] ?? '';
    return bytes.some((count) => count > 0) && step.includes('copying_blob') && samples;
  });

const liveGauges = (samples: Samples): string[] =>
  [...samples.keys()].filter((series) => series.includes('source_short=')).map(nameOf);

const skopeos = (scene: Scene) => scene.processes().filter(({ commandLine: [file = ''] }) => /\/skopeo$/.test(file));

/** Node without the addon for terminals: skopeo's stdout is a pipe there. */
const NO_ADDON = "process.dlopen = () => { throw new Error('no addon here'); };";
const WITHOUT_TERMINALS = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(NO_ADDON)}` };

describe('a wrapper that is killed in mid-copy', () => {
  for (const stdout of ['terminal', 'pipe']) {
    test(`counts as one crashed operation, and its skopeo ends, silent on a ${stdout} though it was`, async () => {
      await using scene = await openScene(stdout === 'pipe' ? WITHOUT_TERMINALS : {});
      await using registry = await startStallingRegistry(scene, ['app']);
      await using server = await startMetricsServer(scene);
      const copy = scene.start(
        ...['--job-name', 'nightly'],
        ...stallingCopy(registry.source('app'), scene.dir.join('out')),
      );
      const alive = await midBlob(server);
      assert.equal(alive.get(ACTIVE), 1);
      // Another one looked up the sizes.
      const skopeo = await waitFor('a single skopeo', () => {
        const [one, ...others] = skopeos(scene);
        return others.length === 0 && one;
      });
      assert.ok(skopeo.commandLine.includes('copy'), 'the command line is the one of skopeo itself');
      const target = await readlink(`/proc/${skopeo.pid}/fd/1`);
      assert.equal(target.startsWith('/dev/pts/'), stdout === 'terminal', target);

      copy.kill('SIGKILL');
      await copy.result;
      const dead = await server.scrape();
      assert.equal(dead.get(ACTIVE), 0);
      assert.deepEqual(liveGauges(dead), []);
      assert.equal(dead.get('skopeo_operations_total{operation="copy",status="error"}'), 1);
      assert.equal(dead.get('skopeo_operations_total{operation="copy",status="success"}'), 0);
      assert.deepEqual(samplesOf(dead, 'skopeo_operation_errors_total'), {
        'error_type="crashed",operation="copy"': 1,
      });
      assert.equal(dead.get(ORPHANED), (alive.get(ORPHANED) ?? 0) + 1);
      assert.equal(dead.get('skopeo_operation_duration_seconds_count{operation="copy"}'), 1);
      assert.equal(dead.get('skopeo_job_last_exit_code{job_name="nightly"}'), 137);
      assert.equal(dead.get('skopeo_job_runs_total{job_name="nightly",status="error"}'), 1);
      await waitFor('skopeo to be gone', () => skopeos(scene).length === 0);
      assert.equal(dead.get(ORPHANED), (await server.scrape()).get(ORPHANED), 'counted once');
    });
  }
});

test('a wrapper that is stopped goes on growing stale, and ends well once it is continued', async () => {
  await using scene = await openScene();
  await using registry = await startStallingRegistry(scene, ['app']);
  await using server = await startMetricsServer(scene);
  const copy = scene.start(
    ...['--heartbeat-interval', '1s'],
    ...stallingCopy(registry.source('app'), scene.dir.join('out')),
  );
  await midBlob(server);
  process.kill(copy.pid, 'SIGSTOP');
  const gauge = (samples: Samples, name: string) => Object.values(samplesOf(samples, name))[0] ?? Number.NaN;
  const first = await server.scrape();
  for (const name of ['skopeo_operation_stale_seconds', 'skopeo_active_operation_duration_seconds']) {
    await waitFor(`${name} to grow`, async () => gauge(await server.scrape(), name) >= gauge(first, name) + 1);
  }
  const later = await server.scrape();
  const heartbeat = 'skopeo_operation_heartbeat_timestamp_seconds';
  assert.equal(gauge(later, heartbeat), gauge(first, heartbeat), 'a stopped process has no heartbeat');
  registry.release();
  process.kill(copy.pid, 'SIGCONT');
  const { exitCode, stderr } = await copy.result;
  assert.equal(exitCode, 0, stderr);
  const end = await server.scrape();
  assert.equal(end.get('skopeo_operations_total{operation="copy",status="success"}'), 1);
  assert.equal(end.get(ORPHANED), 0);
  assert.deepEqual(liveGauges(end), []);
});
