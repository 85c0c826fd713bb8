import { setTimeout as sleep } from 'node:timers/promises';
import { createLayout, type OciLayout } from '../../../support/images.ts';
import { type CliResult, type RunningCli, startCli } from '../../../support/process.ts';
import { type RegistryProxy, type Rule, startProxy } from '../../../support/proxy.ts';
import { type Registry, startRegistry } from '../../../support/registry.ts';
import { privateHome } from '../../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../../support/temp.ts';
import type { MonitoredHost, MonitoringStage } from '../stage.ts';

export const MIB = 2 ** 20;
export const TLS = ['--src-tls-verify=false', '--dest-tls-verify=false'];
const PATIENCE_MS = 300_000;

/** Where the traffic goes, and how a run is started on one of the hosts. */
export interface Roads {
  readonly hosts: Pick<MonitoringStage, 'listenerHost' | 'textfileHost'>;
  /** Holds `base/image0:1` to `base/image2:1`. */
  readonly open: Registry;
  /** Wants a login. */
  readonly locked: Registry;
  /** Ways to `open`: one MiB/s; by rules; downloads stand still. */
  readonly slow: RegistryProxy;
  readonly faulty: RegistryProxy;
  readonly dead: RegistryProxy;
  readonly layout: OciLayout;
  readonly work: TempDir;
  start(host: MonitoredHost, ...args: string[]): RunningCli;
  run(host: MonitoredHost, ...args: string[]): Promise<CliResult>;
  /** Ends early when the traffic ends. */
  pause(seconds: number): Promise<void>;
  /** In the environment of every run: `NAME=VALUE`. */
  readonly marker: string;
}

const STALL: Rule = { match: { path: /\/blobs\// }, do: { down: { stallAfterBytes: MIB / 4 } } };

const onHost = (host: MonitoredHost & { readonly textfileDir?: string }): string[] => [
  ...['--heartbeat-interval', '1s', '--state-dir', host.stateDir],
  ...(host.textfileDir === undefined ? [] : ['--metrics-textfile', host.textfileDir]),
];

const seedImages = async (layout: OciLayout, registry: Registry): Promise<void> => {
  for (let index = 0; index < 3; index++) {
    const tag = `image${index}`;
    await layout.addImage(tag, { seed: tag, layers: [{ sizeBytes: 4 * MIB }, { sizeBytes: (1 + index) * MIB }] });
    await registry.seed(layout.reference(tag), `base/${tag}:1`);
  }
};

/** Builds registries and links; they go with the stack. */
export const buildRoads = async (
  hosts: Roads['hosts'],
  stack: AsyncDisposableStack,
  ended: AbortSignal,
): Promise<Roads> => {
  const work = stack.use(await tempDir('traffic'));
  const layout = await createLayout(work.join('images'));
  const open = stack.use(await startRegistry());
  await seedImages(layout, open);
  const env = { ...privateHome(work.path), TRAFFIC: work.path };
  const start: Roads['start'] = (host, ...args) =>
    startCli([...onHost(host), ...args], { env, timeoutMs: PATIENCE_MS });
  return {
    hosts,
    open,
    locked: stack.use(await startRegistry({ basicAuth: { mirror: 'secret' } })),
    slow: stack.use(await startProxy(open, { link: { downBytesPerSecond: MIB } })),
    faulty: stack.use(await startProxy(open)),
    dead: stack.use(await startProxy(open, { rules: [STALL] })),
    layout,
    work,
    start,
    run: (host, ...args) => start(host, ...args).result,
    pause: (seconds) => sleep(seconds * 1000, undefined, { signal: ended }).catch(() => {}),
    marker: `TRAFFIC=${work.path}`,
  };
};
