import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ArgumentChanges,
  argvOf,
  flagArgument,
  lastValueOf,
  type SkopeoArgument,
  switchArgument,
  withChanges,
} from '../command-line/skopeo-arguments.ts';
import { defined } from '../defined.ts';
import { openDirectCopy } from '../destination/direct-copy.ts';
import type { ManifestReader } from '../image/local-image.ts';
import { type Platform, systemPlatform } from '../image/platform.ts';
import type { ImageReference } from '../image/reference.ts';
import { authfileFlag, type GivenLogins, type SideLogin } from '../registry/credentials/logins.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { Secret } from '../secrets/secret.ts';
import type { StreamMode } from '../skopeo/process/start-skopeo.ts';
import { manifestReaderFor } from './manifest-reader.ts';
import { type OperationRequest, type OperationSubject, programOf, type SkopeoContext } from './request.ts';
import type { RetryPolicy } from './retry.ts';
import { createScratchDirectory } from './temporary-directories.ts';

/** What to change about skopeo's arguments so that it finds these logins: by files, in the place of the user's own. */
export const loginChanges = (logins: readonly SideLogin[], { accessFiles }: Pick<SkopeoContext, 'accessFiles'>) =>
  ({
    add: logins.map((login) => flagArgument(authfileFlag(login.side), accessFiles.pathFor(login))),
    drop: logins.map(({ side }) => authfileFlag(side)),
  }) satisfies ArgumentChanges;

/** What to change so that `skopeo login` reads its password on stdin. */
export const answerChanges = ({ username }: NonNullable<GivenLogins['answer']>): ArgumentChanges => ({
  add: [...(username === undefined ? [] : [flagArgument('username', username)]), switchArgument('password-stdin')],
});

/** One `skopeo copy`, whoever asks for it: a command line, or sync for an image. */
export interface CopySpec {
  readonly subject: OperationSubject;
  /** One image of a sync run. */
  readonly part?: boolean;
  readonly from: ImageReference;
  /** Where skopeo really writes to. */
  readonly to: ImageReference;
  /** Global options, `copy`, its options and operands, in this order; without what the builder adds. */
  readonly arguments: readonly SkopeoArgument[];
  readonly logins: readonly SideLogin[];
  readonly redactor: Redactor;
  readonly streams: StreamMode;
  readonly stdin?: Secret;
  readonly retry: RetryPolicy;
  /** Silence that ends an attempt; undefined: never. */
  readonly stallTimeoutSeconds: number | undefined;
  /** How the manifests are read where that costs no pull; absent: by skopeo. */
  readonly manifests?: Readonly<Record<'source' | 'destination', ManifestReader | undefined>>;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The platform whose image skopeo picks from a list. */
export const wantedPlatform = (args: readonly SkopeoArgument[]): Platform => {
  const host = systemPlatform();
  return {
    os: lastValueOf(args, 'override-os') ?? host.os,
    architecture: lastValueOf(args, 'override-arch') ?? host.architecture,
    variant: lastValueOf(args, 'override-variant'),
  };
};

const readDigestFile = async (path: string): Promise<string | undefined> => {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  return DIGEST.test(text) ? text : undefined;
};

const manifestsOf = (
  { from, to, manifests, redactor }: CopySpec,
  args: readonly SkopeoArgument[],
  skopeo: SkopeoContext,
): NonNullable<CopySpec['manifests']> => {
  if (manifests !== undefined) return manifests;
  const common = { skopeoArguments: args, context: { ...skopeo, redactor } };
  return {
    source: manifestReaderFor({ ...common, reference: from, side: 'source' }),
    destination: manifestReaderFor({ ...common, reference: to, side: 'destination' }),
  };
};

/**
 * Builds the request for one copy: credentials by private files, the digest of what was written, a place of its own for
 * unpacked archives, and what is to be swept when an attempt fails. Makes that place and those files.
 */
export const copyRequest = (spec: CopySpec, context: SkopeoContext): OperationRequest => {
  const { env, cwd, runDirectory } = context;
  const { from, to, subject } = spec;
  // What the user named is for skopeo to write and for nobody to read; skopeo writes only one.
  const isNamed = lastValueOf(spec.arguments, 'digestfile') !== undefined;
  const digestFile = isNamed || runDirectory === undefined ? undefined : join(runDirectory, randomUUID());
  const access = loginChanges(spec.logins, context);
  const scratch = createScratchDirectory({
    transports: [from.transport, to.transport],
    tmpdir: lastValueOf(spec.arguments, 'tmpdir'),
    env,
    cwd,
  });
  const args = withChanges(spec.arguments, {
    add: [
      ...access.add,
      ...(digestFile === undefined ? [] : [flagArgument('digestfile', digestFile)]),
      ...(scratch === undefined ? [] : [flagArgument('tmpdir', scratch.path)]),
    ],
    drop: access.drop,
  });
  const manifests = manifestsOf(spec, args, context);
  return {
    ...subject,
    ...defined({ part: spec.part }),
    redactor: spec.redactor,
    retry: spec.retry,
    stallTimeoutSeconds: spec.stallTimeoutSeconds,
    // skopeo's debug output tells what nothing else does: waits that a registry asked for, and reuse without rows.
    // Where nobody reads its stderr it would only be in the way.
    skopeo: {
      ...programOf(context),
      args: [...(spec.streams === 'terminal' ? [] : ['--debug']), ...argvOf(args)],
      streams: spec.streams,
      ...defined({ stdin: spec.stdin }),
    },
    platform: wantedPlatform(args),
    sourceManifest: manifests.source,
    destinationManifest: manifests.destination,
    readDigest: digestFile === undefined ? undefined : () => readDigestFile(digestFile),
    openDestination: (patience) => openDirectCopy(to, cwd, patience),
    cleanUp: async () => {
      if (digestFile !== undefined) await rm(digestFile, { force: true });
      await scratch?.remove();
    },
  };
};
