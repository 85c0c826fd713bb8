import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../../context.ts';
import { isTag } from '../../image/docker-reference.ts';
import type { ManifestReader } from '../../image/local-layout.ts';
import { type ImageReference, parseReference } from '../../image/parse.ts';
import type { Platform } from '../../image/platform.ts';
import { redactReference, shortName } from '../../image/show.ts';
import { runOperation } from '../../operation/run-operation.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import { Secret } from '../../secrets/secret.ts';
import type { ErrorLine } from '../../skopeo/output/output-parser.ts';
import type { Launcher } from '../../skopeo/process/parent-death.ts';
import type { Terminals } from '../../skopeo/process/terminals.ts';
import type { OperationEvent } from '../../tracking/events.ts';
import type { OperationObserver } from '../../tracking/observer.ts';
import type { OperationTracker } from '../../tracking/operation-tracker.ts';
import type { CopyOptions, SkopeoPort } from '../ports.ts';
import { lockLayout } from '../run/layout-lock.ts';
import type { AccessFiles } from './access-files.ts';
import { accessArguments, copyArguments, platformArguments } from './copy-arguments.ts';
import { query } from './query.ts';

export interface SkopeoPortOptions {
  readonly binary: string;
  /** How skopeo is started so that it does not outlive this process. */
  readonly launcher?: Launcher;
  /** Global options that every skopeo of the run gets: policy, registries configuration. */
  readonly globalArguments: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  /** Silence that ends a query; a copy has its own. */
  readonly stallTimeoutSeconds?: number | undefined;
  readonly terminals: Terminals;
  readonly accessFiles: AccessFiles;
  /** For small files of the run; undefined where none can be written. */
  readonly runDirectory: string | undefined;
  /** For locks that all runs on this host see; undefined where there is no state. */
  readonly lockDirectory: string | undefined;
  /** The platform that skopeo picks by itself. */
  readonly platform: Platform;
  /** Take the facts of every copy as parts of the run. */
  readonly observers: readonly OperationObserver[];
  readonly onEvent: (event: OperationEvent, tracker: OperationTracker) => void;
  readonly onErrorLine: (line: ErrorLine, source: string) => void;
  /** Tells sizes, where that costs no pull. */
  readonly sourceManifest: (source: string, access: RegistryAccess) => ManifestReader | undefined;
}

/** No registry needs so long for a manifest. */
const MANIFEST_SILENCE_SECONDS = 60;

/** Many copies run side by side: none may ask anything of whoever sits there. */
const NO_ANSWERS = new Secret('');

const inspectSchema = z.object({ Created: z.string().nullish() });
const tagsSchema = z.object({ Tags: z.array(z.string()).nullable() });

const registryOf = (reference: string): string => parseReference(reference).registry ?? '';

/** What a sync run asks of skopeo, done by the real one: each copy a tracked operation. */
export const createSkopeoPort = (options: SkopeoPortOptions): SkopeoPort => {
  const { binary, launcher = [], globalArguments, env, cwd, terminals, accessFiles } = options;

  const access = (prefix: string, reference: string, given: RegistryAccess): string[] =>
    accessArguments(prefix, given, accessFiles.pathFor(given, registryOf(reference)));

  const layoutLock = async ({ transport, path }: ImageReference, signal: AbortSignal) =>
    transport === 'oci' && path !== undefined && options.lockDirectory !== undefined
      ? await lockLayout(options.lockDirectory, resolve(cwd, path), signal)
      : undefined;

  const ask = (
    subcommand: string,
    args: readonly string[],
    reference: string,
    given: RegistryAccess,
    signal: AbortSignal,
    { stallTimeoutSeconds }: Pick<SkopeoPortOptions, 'stallTimeoutSeconds'> = options,
  ) =>
    query({
      binary,
      launcher,
      args: [...globalArguments, subcommand, ...args, ...access('', reference, given), reference],
      env,
      cwd,
      terminals,
      clock: options.clock,
      stallTimeoutSeconds,
      signal,
    });

  const copyImage = async (source: string, destination: string, copy: CopyOptions, signal: AbortSignal) => {
    const shown = copy.shownDestination ?? destination;
    const [from, to] = [parseReference(source), parseReference(shown)];
    await using _layout = await layoutLock(to, signal);
    const digestFile = options.runDirectory === undefined ? undefined : join(options.runDirectory, randomUUID());
    const args = [
      '--debug',
      ...globalArguments,
      ...platformArguments(copy),
      'copy',
      ...copyArguments(copy),
      ...access('src-', source, copy.sourceAccess),
      ...access('dest-', destination, copy.destinationAccess),
      ...(digestFile === undefined ? [] : ['--digestfile', digestFile]),
      source,
      destination,
    ];
    const layers: OperationObserver = {
      blobFinished: (_, { kind, outcome, digest }) => {
        if (kind === 'layer' && outcome !== 'failed') copy.onLayerFinished?.(digest);
      },
    };
    const { result } = await runOperation(
      {
        identity: { operation: 'sync', sourceTransport: from.transport, destinationTransport: to.transport },
        part: true,
        source: redactReference(source),
        destination: redactReference(shown),
        sourceShort: shortName(from),
        destinationShort: shortName(to),
        skopeo: { binary, launcher, args, env, cwd, streams: 'progress', stdin: NO_ANSWERS },
        secrets: [],
        retry: { times: 0 },
        stallTimeoutSeconds: copy.stallTimeoutSeconds,
        timeLimit: undefined,
        platform: { ...options.platform, ...copy.platform },
        sourceManifest: options.sourceManifest(source, copy.sourceAccess),
        readDigest: digestFile === undefined ? undefined : () => readAndRemove(digestFile),
      },
      {
        clock: options.clock,
        random: () => 0,
        terminals,
        observers: [...options.observers, layers],
        signal,
        onEvent: options.onEvent,
        onErrorLine: (line) => options.onErrorLine(line, source),
      },
    );
    return result;
  };

  return {
    copyImage,
    inspectRaw: (reference, given, signal) =>
      ask('inspect', ['--raw'], reference, given, signal, {
        stallTimeoutSeconds: Math.min(
          MANIFEST_SILENCE_SECONDS,
          options.stallTimeoutSeconds || MANIFEST_SILENCE_SECONDS,
        ),
      }),
    listTags: async ({ registry, path }, given, signal) => {
      const text = await ask('list-tags', [], `docker://${registry}/${path}`, given, signal);
      const { Tags: tags } = tagsSchema.parse(JSON.parse(text.toString('utf8')));
      // Tags become parts of paths.
      return (tags ?? []).filter(isTag);
    },
    createdAt: async (reference, given, signal) => {
      const text = await ask('inspect', ['--no-tags'], reference, given, signal);
      const { Created: created } = inspectSchema.parse(JSON.parse(text.toString('utf8')));
      return created ? new Date(created) : undefined;
    },
    deleteImage: async (reference, given, signal) => {
      await ask('delete', [], reference, given, signal);
    },
  };
};

const readAndRemove = async (path: string): Promise<string | undefined> => {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  await rm(path, { force: true });
  return /^sha256:[0-9a-f]{64}$/.test(text) ? text : undefined;
};
