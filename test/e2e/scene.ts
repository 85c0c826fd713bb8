import { randomUUID } from 'node:crypto';
import { execa } from 'execa';
import { parseSamples } from '../metrics/samples.ts';
import { createLayout, type MadeImage, type OciLayout } from '../support/images.ts';
import {
  killProcessesWithEnv,
  type ProcessInfo,
  processesWithEnv,
  type RunningCli,
  runCli,
  startCli,
} from '../support/process.ts';
import { type RegistryProxy, type Rule, startProxy } from '../support/proxy.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { runHere } from '../support/run-here.ts';
import { privateHome } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';

/** Samples of a page by series; see `parseSamples`. */
export type Samples = ReadonlyMap<string, number>;

/** A private host for the command line: home, temporary files and state directory of its own, and a small image. */
export interface Scene extends AsyncDisposable {
  readonly dir: TempDir;
  readonly stateDir: string;
  /** What every process of the scene gets. */
  readonly env: Readonly<Record<string, string>>;
  readonly layout: OciLayout;
  readonly image: MadeImage;
  /** `oci:…` of the image. */
  readonly source: string;
  /** Runs the command line within this process where it can (see `runHere`). */
  run(...args: string[]): ReturnType<typeof runHere>;
  start(...args: string[]): RunningCli;
  /** What `skopeo-wrapper metrics` prints. */
  metrics(): Promise<Samples>;
  /** Processes of the scene that live: the command line, skopeo and all they started. */
  processes(): ProcessInfo[];
}

/** Commands whose skopeo writes straight to the stdout of the process. */
const HAND_STDOUT_ON: ReadonlySet<string> = new Set(['inspect', 'list-tags', 'manifest-digest']);

export const openScene = async (env: Readonly<Record<string, string>> = {}): Promise<Scene> => {
  const dir = await tempDir('e2e');
  const layout = await createLayout(dir.join('layout'));
  const image = await layout.addImage('app', { layers: [{ sizeBytes: 200_000 }, { sizeBytes: 3_000 }] });
  const stateDir = dir.join('state');
  const marker = randomUUID();
  const all = { ...privateHome(dir.path), SKOPEO_WRAPPER_STATE_DIR: stateDir, SCENE: marker, ...env };
  const run = (...args: string[]) =>
    (args.some((word) => HAND_STDOUT_ON.has(word)) ? runCli : runHere)(args, { env: all, cwd: dir.path });
  const processes = () => processesWithEnv(`SCENE=${marker}`);
  return {
    dir,
    stateDir,
    env: all,
    layout,
    image,
    source: layout.reference('app'),
    run,
    start: (...args) => startCli(args, { env: all, cwd: dir.path }),
    metrics: async () => parseSamples((await runHere(['metrics'], { env: all, cwd: dir.path })).stdout),
    processes,
    async [Symbol.asyncDispose]() {
      killProcessesWithEnv(`SCENE=${marker}`);
      await dir[Symbol.asyncDispose]();
    },
  };
};

/** The body of a big layer stops in the middle; everything else passes. */
const STALL: Rule = { match: { method: 'GET', path: /\/blobs\// }, do: { down: { stallAfterBytes: 50_000 } } };

/** A registry whose downloads stop in the middle until they are released. */
export interface StallingRegistry extends AsyncDisposable {
  readonly registry: Registry;
  readonly proxy: RegistryProxy;
  /** `docker://…` of the scene's image under that name; pulling it stalls. */
  source(repository: string): string;
  /** Breaks what stalls; the next attempt passes. */
  release(): void;
}

/** Puts the scene's image into a registry under each of the names. */
export const startStallingRegistry = async (
  scene: Scene,
  repositories: readonly string[],
): Promise<StallingRegistry> => {
  await using stack = new AsyncDisposableStack();
  const registry = stack.use(await startRegistry());
  const proxy = stack.use(await startProxy(registry, { rules: [STALL] }));
  for (const repository of repositories) await registry.seed(scene.source, `${repository}:1`);
  const owned = stack.move();
  return {
    registry,
    proxy,
    source: (repository) => proxy.reference(`${repository}:1`),
    release() {
      proxy.setRules([]);
      proxy.resetConnections();
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
};

/** Arguments of a copy that goes on when what stalls is released. */
export const stallingCopy = (source: string, destination: string): string[] => [
  ...['copy', '--src-tls-verify=false', '--retry-times', '1', '--retry-delay', '0s'],
  source,
  `dir:${destination}`,
];

/** A `metrics-server` on a port of its own. */
export interface MetricsServer extends AsyncDisposable {
  readonly running: RunningCli;
  /** Without a path. */
  readonly url: string;
  /** What it says now. */
  scrape(): Promise<Samples>;
}

export const startMetricsServer = async (scene: Scene, ...args: string[]): Promise<MetricsServer> => {
  const running = scene.start('metrics-server', '--host', 'localhost', '--port', '0', ...args);
  const url = await Promise.race([
    waitFor('the metrics server to listen', () => /served at (https?:\/\/[^/]+)\//.exec(running.output.stderr)?.[1]),
    running.result.then(({ stderr }) => Promise.reject(new Error(`the metrics server ended: ${stderr}`))),
  ]);
  return {
    running,
    url,
    scrape: async () => parseSamples(await (await fetch(`${url}/metrics`)).text()),
    async [Symbol.asyncDispose]() {
      running.kill('SIGTERM');
      await running.result;
    },
  };
};

/** What curl prints; throws unless the answer's status is below 400. */
export const curl = async (...args: string[]): Promise<string> => {
  const common = ['--silent', '--show-error', '--fail', '--globoff', '--noproxy', '*'];
  return (await execa('curl', [...common, ...args], { stripFinalNewline: false })).stdout;
};

/** Name of a series' metric. */
export const nameOf = (series: string): string => series.slice(0, series.indexOf('{'));

/** Samples of one metric, by their labels as they stand between the braces. */
export const samplesOf = (samples: Samples, metric: string): Record<string, number> =>
  Object.fromEntries(
    [...samples]
      .filter(([series]) => nameOf(series) === metric)
      .map(([series, value]) => [series.slice(metric.length + 1, -1), value]),
  );
