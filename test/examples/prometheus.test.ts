import assert from 'node:assert/strict';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { execa } from 'execa';
import * as z from 'zod';
import { api, type RunningServer, startPrometheus } from '../../scripts/monitoring/prometheus-server.ts';
import { startMetricsServer } from '../e2e/monitoring/stage.ts';
import { tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';
import { EXAMPLES, RULE_FILES } from './support/rule-files.ts';

const targetGroups = z.array(
  z.strictObject({ targets: z.array(z.string()), labels: z.record(z.string(), z.string()) }),
);
const targets = z.object({
  activeTargets: z.array(
    z.object({ scrapePool: z.string(), health: z.string(), labels: z.record(z.string(), z.string()) }),
  ),
});
const rules = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ name: z.string(), health: z.string() })) })),
});

describe('prometheus.yml', () => {
  const resources = new AsyncDisposableStack();
  let prometheus: RunningServer;
  let address: string;

  before(async () => {
    const directory = resources.use(await tempDir('prometheus-example'));
    const server = resources.use(await startMetricsServer(directory.join('state'), directory.path));
    address = server.address;
    for (const name of RULE_FILES) await copyFile(join(EXAMPLES, name), directory.join(name));
    const config = await readFile(join(EXAMPLES, 'prometheus.yml'), 'utf8');
    await writeFile(directory.join('prometheus.yml'), config.replaceAll('_interval: 30s', '_interval: 1s'));
    const groups = targetGroups.parse(
      JSON.parse(await readFile(join(EXAMPLES, 'skopeo-wrapper-targets.json'), 'utf8')),
    );
    const here = groups.slice(0, 1).map((group) => ({ ...group, targets: [address] }));
    await writeFile(directory.join('skopeo-wrapper-targets.json'), JSON.stringify(here));
    prometheus = resources.use(await startPrometheus(directory.join('prometheus.yml')));
  });

  after(() => resources.disposeAsync());

  it('is accepted by promtool as it is shipped, with its rules and targets', async () => {
    const { all } = await execa('promtool', ['check', 'config', join(EXAMPLES, 'prometheus.yml')], { all: true });
    assert.match(all, /2 rule files found/);
    assert.match(all, /13 rules found[\s\S]*8 rules found/);
  });

  it('scrapes each target of the targets file once, with its labels', async () => {
    const activeTargets = await waitFor('the target to be up', async () => {
      const { activeTargets: seen } = targets.parse(await api(prometheus.url, 'targets'));
      return seen[0]?.health === 'up' && seen;
    });
    assert.deepEqual(activeTargets, [
      {
        scrapePool: 'skopeo-wrapper',
        health: 'up',
        labels: { environment: 'production', region: 'eu-west', job: 'skopeo-wrapper', instance: address },
      },
    ]);
  });

  it('loads 21 rules that evaluate without errors', async () => {
    const all = await waitFor('all rules to be evaluated', async () => {
      const { groups } = rules.parse(await api(prometheus.url, 'rules'));
      const loaded = groups.flatMap((group) => group.rules);
      return loaded.every(({ health }) => health !== 'unknown') && loaded;
    });
    assert.equal(all.length, 21);
    assert.deepEqual(
      all.filter(({ health }) => health !== 'ok'),
      [],
    );
  });
});
