import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { execa } from 'execa';
import * as z from 'zod';
import type { RunningServer } from '../../scripts/monitoring/prometheus-server.ts';
import { startAlertmanager } from '../e2e/monitoring/stage.ts';
import { waitFor } from '../support/wait-for.ts';
import { EXAMPLES } from './support/rule-files.ts';

const CONFIG = join(EXAMPLES, 'alertmanager.yml');
const OPERATION = {
  instance: 'mirror-1:8000',
  operation: 'copy',
  source_short: 'docker:a',
  destination_short: 'dir:b',
};

const shownAlerts = z.array(z.object({ labels: z.record(z.string(), z.string()) }));

describe('alertmanager.yml', () => {
  const resources = new AsyncDisposableStack();
  let alertmanager: RunningServer;

  before(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'alertmanager-'));
    resources.defer(() => rm(directory, { recursive: true, force: true }));
    alertmanager = resources.use(await startAlertmanager(directory));
  });

  after(() => resources.disposeAsync());

  const receiverOf = async (...labels: string[]): Promise<string> => {
    const { stdout } = await execa('amtool', ['config', 'routes', 'test', `--config.file=${CONFIG}`, ...labels]);
    return stdout;
  };

  const namesOfAlerts = async (inhibited: boolean): Promise<string[]> => {
    const filter = new URLSearchParams({ active: String(!inhibited), inhibited: String(inhibited) });
    const response = await fetch(`${alertmanager.url}/api/v2/alerts?${filter}`);
    const shown = shownAlerts.parse(await response.json());
    return shown.map(({ labels }) => labels.alertname ?? '').sort();
  };

  it('is accepted by amtool', async () => {
    await execa('amtool', ['check-config', CONFIG]);
  });

  it('wakes people for what is critical only', async () => {
    assert.equal(await receiverOf('alertname=SkopeoJobFailed', 'severity=warning'), 'mail');
    assert.equal(await receiverOf('alertname=SkopeoJobNotSucceeding', 'severity=critical'), 'on-call');
  });

  it('tells the cause and keeps the consequences back', async () => {
    const alerts = [
      { alertname: 'SkopeoStuckInStep', ...OPERATION, current_step: 'starting' },
      { alertname: 'SkopeoStaleOperation', ...OPERATION },
      { alertname: 'SkopeoLongRunningOperation', ...OPERATION },
      { alertname: 'SkopeoJobNotSucceeding', instance: 'mirror-2:9100', job_name: 'nightly' },
      { alertname: 'SkopeoJobFailed', instance: 'mirror-2:9100', job_name: 'nightly' },
      { alertname: 'SkopeoJobFailed', instance: 'mirror-2:9100', job_name: 'other' },
    ];
    await fetch(`${alertmanager.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(alerts.map((labels) => ({ labels }))),
    });
    const keptBack = ['SkopeoJobFailed', 'SkopeoLongRunningOperation', 'SkopeoStaleOperation'];
    await waitFor('alerts to be kept back', async () => (await namesOfAlerts(true)).length >= keptBack.length);
    assert.deepEqual(await namesOfAlerts(true), keptBack);
    assert.deepEqual(await namesOfAlerts(false), ['SkopeoJobFailed', 'SkopeoJobNotSucceeding', 'SkopeoStuckInStep']);
  });
});
