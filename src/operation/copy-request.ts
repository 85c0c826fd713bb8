import { randomUUID } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
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
import { readIfRegular } from '../host/bounded-read.ts';
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

/** The changes to skopeo's arguments that make it use these logins: files, instead of the user's own. */
export const loginChanges = async (
  logins: readonly SideLogin[],
  { accessFiles }: Pick<SkopeoContext, 'accessFiles'>,
) => {
  const add: SkopeoArgument[] = [];
  for (const login of logins) add.push(flagArgument(authfileFlag(login.side), await accessFiles.pathFor(login)));
  return { add, drop: logins.map(({ side }) => authfileFlag(side)) } satisfies ArgumentChanges;
};

/** The changes that make `skopeo login` read its password on stdin. */
export const answerChanges = ({ username }: NonNullable<GivenLogins['answer']>): ArgumentChanges => ({
  add: [...(username === undefined ? [] : [flagArgument('username', username)]), switchArgument('password-stdin')],
});

/** One `skopeo copy`, either for a command line or for an image of `sync`. */
export interface CopySpec {
  readonly subject: OperationSubject;
  /** One image of a sync run. */
  readonly part?: boolean;
  readonly from: ImageReference;
  /** The place to which skopeo actually writes. */
  readonly to: ImageReference;
  /** Global options, `copy`, its options and operands, in this order; without what `copyRequest` adds. */
  readonly arguments: readonly SkopeoArgument[];
  readonly logins: readonly SideLogin[];
  readonly redactor: Redactor;
  readonly streams: StreamMode;
  readonly stdin?: Secret;
  readonly retry: RetryPolicy;
  /** Silence that ends an attempt; undefined: there is no limit. */
  readonly stallTimeoutSeconds: number | undefined;
  /** How manifests are read where that costs no pull; absent: through skopeo. */
  readonly manifests?: Readonly<Record<'source' | 'destination', ManifestReader | undefined>>;
}

const MAX_DIGEST_BYTES = 1024;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** The platform whose image skopeo chooses from a list. */
export const wantedPlatform = (args: readonly SkopeoArgument[]): Platform => {
  const host = systemPlatform();
  return {
    os: lastValueOf(args, 'override-os') ?? host.os,
    architecture: lastValueOf(args, 'override-arch') ?? host.architecture,
    variant: lastValueOf(args, 'override-variant'),
  };
};

const readDigestFile = (path: string): string | undefined => {
  const text = String(readIfRegular(path, MAX_DIGEST_BYTES)).trim();
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

const DIGEST_LENGTH = `sha256:${'0'.repeat(64)}`.length;

/**
 * A file for the digest, with the space that it needs. Undefined where there is no space: skopeo would fail after it has
 * copied everything, because of a file that the user never asked for.
 */
const reserveDigestFile = (directory: string): string | undefined => {
  const path = join(directory, randomUUID());
  try {
    writeFileSync(path, ' '.repeat(DIGEST_LENGTH));
    return path;
  } catch {
    rmSync(path, { force: true });
    return undefined;
  }
};

/**
 * Builds the request for one copy: private files for credentials, the digest of what was written, a directory of its
 * own for unpacked archives, and what to remove when an attempt fails. Creates that directory and those files.
 */
export const copyRequest = async (spec: CopySpec, context: SkopeoContext): Promise<OperationRequest> => {
  const { env, cwd, runDirectory } = context;
  const { from, to, subject } = spec;
  // If the user names a digest file, only skopeo writes it and the wrapper does not read it; skopeo writes only one.
  const isNamed = lastValueOf(spec.arguments, 'digestfile') !== undefined;
  const digestFile = isNamed || runDirectory === undefined ? undefined : reserveDigestFile(runDirectory);
  const access = await loginChanges(spec.logins, context);
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
    // Only skopeo's debug output shows how long a registry asked to wait, and which blobs are reused if there are no
    // progress lines. If nobody reads skopeo's stderr, it would only be in the way.
    skopeo: {
      ...programOf(context),
      args: [...(spec.streams === 'terminal' ? [] : ['--debug']), ...argvOf(args)],
      streams: spec.streams,
      ...defined({ stdin: spec.stdin }),
    },
    platform: wantedPlatform(args),
    sourceManifest: manifests.source,
    destinationManifest: manifests.destination,
    readDigest: digestFile === undefined ? undefined : async () => readDigestFile(digestFile),
    openDestination: (patience) => openDirectCopy(to, cwd, patience),
    cleanUp: async () => {
      if (digestFile !== undefined) await rm(digestFile, { force: true });
      await scratch?.remove();
    },
  };
};
