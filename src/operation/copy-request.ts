import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type CommandLine, skopeoArgv } from '../cli/command-line.ts';
import type { PreparedCredentials } from '../skopeo/credentials/prepare.ts';
import { hostPlatform } from '../skopeo/manifest/choose-instance.ts';
import type { Platform } from '../skopeo/manifest/parse-manifest.ts';
import { manifestReaderFor } from '../skopeo/manifest/reader-for.ts';
import { type ImageReference, parseReference } from '../skopeo/reference/parse.ts';
import { redactReference, shortName } from '../skopeo/reference/show.ts';
import { partialBlobSweeper } from './partial-blobs.ts';
import type { OperationRequest } from './run-operation.ts';

/** What every request for a skopeo process needs besides the command line. */
export interface RequestContext {
  readonly binary: string;
  /** Environment of skopeo. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** How skopeo gets what the user gave as secrets. */
  readonly credentials: Pick<PreparedCredentials, 'add' | 'drop' | 'stdin' | 'secrets'>;
  /** For small files of the run; undefined where none can be written. */
  readonly runDirectory: string | undefined;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Retries, time limits and secrecy, the same for every subcommand. */
export const commonRequest = ({ values, own }: CommandLine, { credentials }: RequestContext) => ({
  secrets: credentials.secrets,
  retry: {
    times: values.retryTimes,
    ...(values.retryDelaySeconds === undefined ? {} : { delaySeconds: values.retryDelaySeconds }),
  },
  stallTimeoutSeconds: own.stallTimeoutSeconds || undefined,
  timeoutSeconds: own.timeoutSeconds ?? values.commandTimeoutSeconds,
});

/** The platform whose image skopeo picks from a list. */
export const wantedPlatform = ({ values }: CommandLine): Platform => {
  const host = hostPlatform(process.platform, process.arch);
  const last = (name: string): string | undefined => values.byName.get(name)?.at(-1);
  return {
    os: last('override-os') ?? host.os,
    architecture: last('override-arch') ?? host.architecture,
    variant: last('override-variant'),
  };
};

const readDigestFile = async (path: string): Promise<string | undefined> => {
  const text = (await readFile(path, 'utf8').catch(() => '')).trim();
  return DIGEST.test(text) ? text : undefined;
};

/** A partial archive of a failed attempt would be refused by the next one; what was there before is not ours. */
const clearArchive = ({ transport, path }: ImageReference, cwd: string): (() => Promise<void>) | undefined => {
  if (path === undefined || (transport !== 'docker_archive' && transport !== 'oci_archive')) return undefined;
  const file = resolve(cwd, path);
  return existsSync(file) ? undefined : () => rm(file, { force: true });
};

/** What `copy SRC DST` asks for. Operands are taken as they are: skopeo says what is wrong with them. */
export const copyRequest = (line: CommandLine, context: RequestContext): OperationRequest => {
  const [source = '', destination = ''] = line.operands;
  const [from, to] = [parseReference(source), parseReference(destination)];
  const { runDirectory, binary, env, cwd, credentials } = context;
  const ownDigestFile = runDirectory === undefined ? undefined : join(runDirectory, 'digest');
  const digestFile = line.values.digestfile ?? ownDigestFile;
  const add = [...credentials.add];
  if (line.values.digestfile === undefined && ownDigestFile !== undefined) add.push('--digestfile', ownDigestFile);
  const reader = (reference: ImageReference, side: 'source' | 'destination') =>
    manifestReaderFor({
      reference,
      side,
      skopeoArguments: line.skopeoArguments,
      surroundings: { binary, env, cwd },
    });
  return {
    ...commonRequest(line, context),
    identity: { operation: 'copy', sourceTransport: from.transport, destinationTransport: to.transport },
    source: redactReference(source),
    destination: redactReference(destination),
    sourceShort: shortName(from),
    destinationShort: shortName(to),
    // skopeo's debug output tells what nothing else does: waits that a registry asked for, and reuse without rows.
    skopeo: {
      binary,
      args: ['--debug', ...skopeoArgv(line, { add, drop: credentials.drop })],
      env,
      cwd,
      streams: 'progress',
    },
    platform: wantedPlatform(line),
    sourceManifest: reader(from, 'source'),
    destinationManifest: reader(to, 'destination'),
    readDigest: digestFile === undefined ? undefined : () => readDigestFile(resolve(cwd, digestFile)),
    beforeRetry: clearArchive(to, cwd),
    afterKill: partialBlobSweeper(to, cwd),
  };
};
