import { resolve } from 'node:path';
import type { CommandLine, SkopeoArgument } from '../../command-line/command-line.ts';
import { SHARED_OPTIONS } from '../../command-line/flags/global.ts';
import type { Context } from '../../context.ts';
import type { SyncDisplay } from '../../display/sync/sync-display.ts';
import { dirReader } from '../../image/local-layout.ts';
import { parseReference } from '../../image/parse.ts';
import { wantedPlatform } from '../../operation/copy-request.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import { DirectLookup } from '../../registry/direct-lookup.ts';
import { lookupWithOutages } from '../../registry/lookup-with-outages.ts';
import { RegistryOutages } from '../../registry/outages.ts';
import { RegistryPauses } from '../../registry/pauses.ts';
import { Router } from '../../registry/route.ts';
import { childEnvironment } from '../../secrets/child-environment.ts';
import { loadNativePty } from '../../skopeo/process/native-pty.ts';
import type { Launcher } from '../../skopeo/process/parent-death.ts';
import { Terminals } from '../../skopeo/process/terminals.ts';
import { syncDirectory } from '../../sync/check/sync-directory.ts';
import type { SyncJob } from '../../sync/job.ts';
import type { SkopeoPort } from '../../sync/ports.ts';
import { AccessFiles } from '../../sync/skopeo/access-files.ts';
import { createSkopeoPort } from '../../sync/skopeo/skopeo-port.ts';
import type { SyncEffects } from '../../sync/sync.ts';
import type { OperationObserver } from '../../tracking/observer.ts';
import type { SyncRunTracker } from '../../tracking/sync-run-tracker.ts';

const globalArguments = (args: readonly SkopeoArgument[]): string[] =>
  args.flatMap((argument) =>
    argument.type === 'flag' && SHARED_OPTIONS.has(argument.name) ? [...argument.written] : [],
  );

export interface SyncSurroundings {
  readonly line: CommandLine;
  readonly context: Context;
  readonly binary: string;
  readonly launcher: Launcher;
  readonly job: SyncJob;
  readonly run: SyncRunTracker;
  /** Takes the facts of each copy. */
  readonly observer: OperationObserver;
  readonly display: Pick<SyncDisplay, 'onEvent' | 'onErrorLine'>;
  readonly runDirectory: string | undefined;
  readonly stateDirectory: string | undefined;
  readonly signal: AbortSignal;
  readonly warn: (message: string) => void;
}

/** Everything a run touches: the real skopeo, registries, clocks, files. */
export const openSyncEffects = (surroundings: SyncSurroundings): SyncEffects & Disposable => {
  const { context, line, job, run, observer, display, signal } = surroundings;
  const { env, cwd, uid, clock } = context;
  const accessFiles = new AccessFiles(env, uid);
  const pauses = new RegistryPauses(clock);
  pauses.listen((registry, seconds) => run.paused(registry, seconds));
  const skopeo: SkopeoPort = createSkopeoPort({
    binary: surroundings.binary,
    launcher: surroundings.launcher,
    globalArguments: globalArguments(line.skopeoArguments),
    env: childEnvironment(env),
    cwd,
    clock,
    stallTimeoutSeconds: job.stallTimeoutSeconds,
    terminals: new Terminals(loadNativePty(env)),
    accessFiles,
    runDirectory: surroundings.runDirectory,
    lockDirectory: surroundings.stateDirectory && syncDirectory(surroundings.stateDirectory),
    platform: wantedPlatform(line),
    observers: [observer],
    onEvent: (event, image) => {
      run.progressed();
      if (event.type === 'rate-limited') pauses.pause(event.registry, event.waitSeconds);
      display.onEvent(event, image);
    },
    onErrorLine: display.onErrorLine,
    sourceManifest: (source, access) => manifestReader(source, access),
  });
  const outages = new RegistryOutages(clock);
  const directLookup = new DirectLookup({
    router: new Router({
      env,
      home: env.HOME ?? '/',
      uid,
      systemDirectory: '/etc/containers',
      registriesConf: line.values.byName.get('registries-conf')?.at(-1),
    }),
    skopeo,
    limits: job.registries,
    clock,
    pauses,
    silenceSeconds: job.stallTimeoutSeconds,
    rateLimited: (registry) => observer.rateLimited?.(registry),
  });
  const lookup = lookupWithOutages(directLookup, outages, clock, run.observer);
  const manifestReader = (source: string, access: RegistryAccess) => {
    const { transport, registry, repository, path } = parseReference(source);
    if (transport === 'dir' && path !== undefined) return dirReader(resolve(cwd, path));
    if (transport !== 'docker' || registry === undefined || lookup.countsPulls(registry)) return undefined;
    return (instance: string | undefined, stop: AbortSignal) =>
      lookup
        .manifest(instance === undefined ? source : `docker://${registry}/${repository}@${instance}`, access, stop)
        .catch(() => undefined);
  };
  return {
    skopeo,
    lookup,
    pauses,
    outages,
    clock,
    signal,
    observer: run.observer,
    random: Math.random,
    warn: surroundings.warn,
    ...(surroundings.stateDirectory === undefined ? {} : { stateDirectory: surroundings.stateDirectory }),
    [Symbol.dispose]: () => {
      directLookup[Symbol.dispose]();
      accessFiles[Symbol.dispose]();
    },
  };
};
