import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { queryInstant } from '../../../scripts/monitoring/prometheus-server.ts';
import { faultyPanels } from '../../examples/support/panel-queries.ts';
import { createLayout } from '../../support/images.ts';
import { killProcessesWithEnv, type RunningCli, startCli } from '../../support/process.ts';
import { type RegistryProxy, startProxy } from '../../support/proxy.ts';
import { type Registry, startRegistry } from '../../support/registry.ts';
import { runHere } from '../../support/run-here.ts';
import { IS_NIGHT } from '../../support/sequences.ts';
import { privateHome } from '../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';
import { waitFor } from '../../support/wait-for.ts';
import { AlertLog } from './alert-log.ts';
import { type MonitoringStage, startMonitoring } from './stage.ts';

// An hour of the shipped rules is three minutes here; heartbeats come every second, so that they stay well below the
// six seconds after which one is lost.
const FACTOR = 20;
const MIB = 2 ** 20;
const PATIENCE = { deadlineMs: 300_000, pollMs: 250 };

/** A copy that hangs is ended by the test; this is a guard. */
const LONGEST_MS = 1_200_000;

/** Marks all processes of this test, so that a skopeo that outlives its killed wrapper is found. */
const MARKER = `MONITORING_TEST=${process.pid}`;

describe('monitoring end to end', () => {
  const resources = new AsyncDisposableStack();
  let stage: MonitoringStage;
  let registry: Registry;
  let proxy: RegistryProxy;
  let alerts: AlertLog;
  let work: TempDir;

  before(async () => {
    work = resources.use(await tempDir('monitoring-e2e'));
    registry = resources.use(await startRegistry());
    const layout = await createLayout(work.join('images'));
    await layout.addImage('app', { layers: [{ sizeBytes: MIB }, { sizeBytes: 8 * MIB }] });
    await registry.seed(layout.reference('app'), 'team/app:1');
    proxy = resources.use(await startProxy(registry));
    stage = resources.use(await startMonitoring(FACTOR));
    alerts = resources.use(new AlertLog(stage.alertmanager.url));
    resources.defer(() => killProcessesWithEnv(MARKER));
  });

  after(() => resources.disposeAsync());

  const [name = '', value = ''] = MARKER.split('=');
  const environment = () => ({ ...privateHome(work.path), [name]: value });
  let copies = 0;
  const copyArgs = (source: string, ...flags: string[]) => {
    const destination = `dir:${work.join(`copy-${copies++}`)}`;
    return ['copy', '--heartbeat-interval', '1s', '--src-tls-verify=false', ...flags, source, destination];
  };
  const onListenerHost = () => ['--state-dir', stage.listenerHost.stateDir];
  const onTextfileHost = () => [
    '--state-dir',
    stage.textfileHost.stateDir,
    '--metrics-textfile',
    stage.textfileHost.textfileDir,
  ];
  const copy = async (source: string, ...flags: string[]): Promise<number | undefined> =>
    (await runHere(copyArgs(source, ...flags), { env: environment() })).exitCode;
  const start = (source: string, ...flags: string[]): RunningCli =>
    startCli(copyArgs(source, ...flags), { env: environment(), timeoutMs: LONGEST_MS });
  const prometheusSees = (query: string) =>
    waitFor(query, async () => (await queryInstant(stage.prometheus.url, query)).length > 0, PATIENCE);
  const alertArrives = (alertname: string, { instance }: { instance: string }) =>
    waitFor(`${alertname} ${instance}`, () => alerts.seen.includes(`${alertname} ${instance}`), PATIENCE);

  it('says nothing when copies succeed', async () => {
    await prometheusSees(`skopeo_operations_total{instance="${stage.listenerHost.instance}"}`);
    for (let run = 0; run < 3; run++) {
      assert.equal(await copy(registry.reference('team/app:1'), '--job-name', 'good', ...onListenerHost()), 0);
    }
    assert.equal(await copy(registry.reference('team/app:1'), '--job-name', 'nightly', ...onTextfileHost()), 0);
    await prometheusSees(`skopeo_job_last_exit_code{job_name="good"} == 0`);
    await prometheusSees(`skopeo_job_last_exit_code{job_name="nightly",job="node"} == 0`);
    assert.deepEqual(alerts.seen, []);
  });

  it('has data for many panels of the dashboard; at night, dashboard.nightly.ts has it for all', async () => {
    const endSeconds = Date.now() / 1000;
    const range = { startSeconds: endSeconds - 60, endSeconds, rateIntervalSeconds: 30 };
    const { queries, faults } = await faultyPanels({ url: stage.prometheus.url, ...range });
    assert.ok(faults.length < queries, `${queries} queries:\n${faults.join('\n')}`);
  });

  it('tells of copies that fail', async () => {
    for (let run = 0; run < 5; run++) {
      assert.notEqual(await copy(registry.reference('team/app:gone'), '--job-name', 'bad', ...onListenerHost()), 0);
    }
    await alertArrives('SkopeoHighErrorRate', stage.listenerHost);
    await alertArrives('SkopeoJobFailed', stage.listenerHost);
    await alertArrives('SkopeoJobNotSucceeding', stage.listenerHost);
  });

  const atNight = IS_NIGHT ? it : () => undefined;
  atNight('tells of a copy that hangs, and of one whose process is killed', async () => {
    proxy.setRules([{ match: { path: /\/blobs\// }, do: { down: { stallAfterBytes: MIB / 2 } } }]);
    const hanging = start(proxy.reference('team/app:1'), ...onListenerHost());
    const killed = start(proxy.reference('team/app:1'), '--job-name', 'nightly', ...onTextfileHost());
    await prometheusSees('skopeo_operation_heartbeat_timestamp_seconds{job="node"}');
    killed.kill('SIGKILL');
    await killed.result;
    await alertArrives('SkopeoHeartbeatLost', stage.textfileHost);
    await alertArrives('SkopeoStaleOperation', stage.listenerHost);

    // The next run heals the textfile and counts the dead one.
    assert.equal(await copy(registry.reference('team/app:1'), '--job-name', 'other', ...onTextfileHost()), 0);
    await alertArrives('SkopeoOrphanedOperations', stage.textfileHost);
    await alertArrives('SkopeoJobFailed', stage.textfileHost);
    await prometheusSees('skopeo_job_last_exit_code{job_name="nightly",job="node"} == 137');

    const { seen } = alerts;
    hanging.kill('SIGTERM');
    await hanging.result;
    assert.deepEqual(
      seen,
      [
        `SkopeoHeartbeatLost ${stage.textfileHost.instance}`,
        `SkopeoHighErrorRate ${stage.listenerHost.instance}`,
        `SkopeoJobFailed ${stage.listenerHost.instance}`,
        `SkopeoJobFailed ${stage.textfileHost.instance}`,
        `SkopeoJobNotSucceeding ${stage.listenerHost.instance}`,
        `SkopeoOrphanedOperations ${stage.textfileHost.instance}`,
        `SkopeoStaleOperation ${stage.listenerHost.instance}`,
      ].sort(),
    );
  });
});
