import { resolve } from 'node:path';
import { type CommandLine, textOf } from '../../command-line/command-line.ts';
import { SHARED_OPTIONS } from '../../command-line/flags/global.ts';
import type { SkopeoArgument } from '../../command-line/skopeo-arguments.ts';
import type { Context } from '../../context.ts';
import { defined } from '../../defined.ts';
import type { SyncDisplay } from '../../display/sync/sync-display.ts';
import { dirReader } from '../../image/local-image.ts';
import { parseReference } from '../../image/reference.ts';
import { askingSkopeo } from '../../operation/skopeo-questions.ts';
import { runDirectoryBase } from '../../operation/temporary-directories.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import { DirectLookup } from '../../registry/direct-lookup.ts';
import { lookupWithOutages } from '../../registry/lookup-with-outages.ts';
import { RegistryOutages } from '../../registry/outages.ts';
import { RegistryPauses } from '../../registry/pauses.ts';
import { Router } from '../../registry/route.ts';
import type { SyncJob } from '../../sync/job.ts';
import type { SyncContext } from '../../sync/ports.ts';
import { copyingBySkopeo } from '../../sync/run/skopeo-copy.ts';
import type { OperationObserver } from '../../tracking/observer.ts';
import type { SyncRunTracker } from '../../tracking/sync-run-tracker.ts';
import { stateLocation } from '../open-session.ts';
import type { RunTools } from '../with-run.ts';

const sharedOptions = (args: readonly SkopeoArgument[]): readonly SkopeoArgument[] =>
  args.filter((argument) => argument.type === 'flag' && SHARED_OPTIONS.has(argument.name));

interface SyncRun extends RunTools {
  readonly line: CommandLine;
  readonly context: Context;
  readonly job: SyncJob;
  readonly run: SyncRunTracker;
  /** Takes the facts of each copy, for the metrics. */
  readonly observer: OperationObserver;
  readonly display: Pick<SyncDisplay, 'onEvent' | 'onErrorLine'>;
  readonly warn: (message: string) => void;
}

/** Everything a run touches: the real skopeo, registries, clocks, files. */
export const openSyncContext = (syncRun: SyncRun): SyncContext & Disposable => {
  const { context, line, job, run, observer, display, signal } = syncRun;
  const { env, cwd, uid, clock } = context;
  const stateDirectory = stateLocation(line.own, context)?.stateDir;
  const pauses = new RegistryPauses(clock);
  pauses.listen((registry, seconds) => run.paused(registry, seconds));
  const skopeoContext = {
    ...syncRun.skopeo,
    globalArguments: sharedOptions(line.skopeoArguments),
    stallTimeoutSeconds: job.stallTimeoutSeconds,
    redactor: context.redactor,
  };
  const questions = askingSkopeo(skopeoContext);
  const outages = new RegistryOutages(clock);
  const directLookup = new DirectLookup({
    router: new Router({
      env,
      home: env.HOME ?? '/',
      uid,
      systemDirectory: '/etc/containers',
      registriesConf: textOf(line, 'registries-conf'),
      redactor: context.redactor,
    }),
    skopeo: questions,
    limits: job.registries,
    clock,
    pauses,
    silenceSeconds: job.stallTimeoutSeconds,
    rateLimited: (registry) => observer.rateLimited?.(registry),
  });
  const lookup = lookupWithOutages(directLookup, outages, clock, run.observer);
  const manifestReader = (reference: string, access: RegistryAccess) => {
    const { transport, registry, repository, path } = parseReference(reference);
    if (transport === 'dir' && path !== undefined) return dirReader(resolve(cwd, path));
    if (transport !== 'docker' || registry === undefined || lookup.countsPulls(registry)) return undefined;
    return (instance: string | undefined, stop: AbortSignal) =>
      lookup
        .manifest(instance === undefined ? reference : `docker://${registry}/${repository}@${instance}`, access, stop)
        .catch(() => undefined);
  };
  const copyImage = copyingBySkopeo({
    ...skopeoContext,
    observers: [observer],
    onEvent: (event, image) => {
      run.progressed();
      if (event.type === 'rate-limited') pauses.pause(event.registry, event.waitSeconds);
      display.onEvent(event, image);
    },
    onErrorLine: display.onErrorLine,
    manifestReader,
  });
  return {
    skopeo: { ...questions, copyImage },
    lookup,
    pauses,
    outages,
    clock,
    signal,
    observer: run.observer,
    temporaryDirectory: runDirectoryBase(env),
    random: Math.random,
    warn: syncRun.warn,
    ...defined({ stateDirectory }),
    [Symbol.dispose]: () => directLookup[Symbol.dispose](),
  };
};
