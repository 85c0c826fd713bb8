import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { type RunningServer, startPrometheus, startServer } from '../../../scripts/monitoring/prometheus-server.ts';
import { EXAMPLES, RULE_FILES } from '../../examples/support/rule-files.ts';
import { startCli } from '../../support/process.ts';
import { tempDir } from '../../support/temp.ts';
import { waitFor } from '../../support/wait-for.ts';
import { writeScaledRules } from './scaled-rules.ts';

/** A host as Prometheus knows it, and where its runs leave their metrics. */
export interface MonitoredHost {
  readonly instance: string;
  readonly stateDir: string;
}

/** Real Prometheus and alertmanager around two hosts, one with a listener, one with node_exporter. */
export interface MonitoringStage extends AsyncDisposable {
  readonly prometheus: RunningServer;
  readonly alertmanager: RunningServer;
  readonly listenerHost: MonitoredHost;
  readonly textfileHost: MonitoredHost & { readonly textfileDir: string };
}

const shippedConfig = z.looseObject({ scrape_configs: z.array(z.looseObject({ job_name: z.string() })) });

/** The shipped prometheus.yml with the addresses of this stage, and with time that runs `factor` times faster. */
const prometheusConfig = async (
  directory: string,
  factor: number,
  addresses: { listener: string; nodeExporter: string; alertmanager: string },
): Promise<string> => {
  const shipped = shippedConfig.parse(parse(await readFile(join(EXAMPLES, 'prometheus.yml'), 'utf8')));
  for (const name of RULE_FILES) await writeScaledRules(join(EXAMPLES, name), join(directory, name), factor);
  const targets = [{ targets: [addresses.listener], labels: { environment: 'test' } }];
  await writeFile(join(directory, 'skopeo-wrapper-targets.json'), JSON.stringify(targets));
  const file = join(directory, 'prometheus.yml');
  const config = {
    ...shipped,
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    alerting: { alertmanagers: [{ static_configs: [{ targets: [addresses.alertmanager] }] }] },
    scrape_configs: [
      ...shipped.scrape_configs,
      { job_name: 'node', static_configs: [{ targets: [addresses.nodeExporter] }] },
    ],
  };
  await writeFile(file, JSON.stringify(config));
  return file;
};

/** A guard against a server that outlives its stage. */
const LONGEST_STAGE_MS = 3_600_000;

/** `skopeo-wrapper metrics-server` on a port that it chooses itself; ready when this returns. */
export const startMetricsServer = async (stateDir: string, home: string): Promise<RunningServer> => {
  const args = ['metrics-server', '--host', '127.0.0.1', '--port', '0', '--state-dir', stateDir];
  const server = startCli(args, { env: { HOME: home }, timeoutMs: LONGEST_STAGE_MS });
  const ended = server.result.then(({ stderr }) => Promise.reject(new Error(`the metrics server ended: ${stderr}`)));
  ended.catch(() => {});
  const served = () => /served at http:\/\/([^/]+)\//.exec(server.output.stderr)?.[1];
  const address = await Promise.race([waitFor('the metrics server to listen', served), ended]);
  return {
    url: `http://${address}`,
    address,
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGTERM');
      await server.result;
    },
  };
};

const startNodeExporter = (textfileDir: string): Promise<RunningServer> =>
  startServer(
    'prometheus-node-exporter',
    ['--collector.disable-defaults', '--collector.textfile', `--collector.textfile.directory=${textfileDir}`],
    '/',
  );

/** The shipped configuration, with nobody beside it. */
export const startAlertmanager = (storage: string): Promise<RunningServer> =>
  startServer(
    'prometheus-alertmanager',
    [`--config.file=${join(EXAMPLES, 'alertmanager.yml')}`, `--storage.path=${storage}`, '--cluster.listen-address='],
    '/-/ready',
  );

/** Starts it all on free loopback ports, with the shipped files; rules fire `factor` times sooner. */
export const startMonitoring = async (factor: number): Promise<MonitoringStage> => {
  await using starting = new AsyncDisposableStack();
  const directory = starting.use(await tempDir('monitoring'));
  const [stateDir, textfileState, textfileDir] = [
    directory.join('listener-state'),
    directory.join('textfile-state'),
    directory.join('textfiles'),
  ];
  for (const path of [stateDir, textfileState, textfileDir]) await mkdir(path);
  const listener = starting.use(await startMetricsServer(stateDir, directory.path));
  const nodeExporter = starting.use(await startNodeExporter(textfileDir));
  const alertmanager = starting.use(await startAlertmanager(directory.join('alertmanager')));
  const addresses = {
    listener: listener.address,
    nodeExporter: nodeExporter.address,
    alertmanager: alertmanager.address,
  };
  const prometheus = starting.use(await startPrometheus(await prometheusConfig(directory.path, factor, addresses)));
  const running = starting.move();
  return {
    prometheus,
    alertmanager,
    listenerHost: { instance: addresses.listener, stateDir },
    textfileHost: { instance: addresses.nodeExporter, stateDir: textfileState, textfileDir },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
};
