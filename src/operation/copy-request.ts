import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type CommandLine, skopeoArgv } from '../command-line/command-line.ts';
import { type ImageReference, parseReference } from '../image/parse.ts';
import { type Platform, systemPlatform } from '../image/platform.ts';
import { redactReference, shortName } from '../image/show.ts';
import type { PreparedCredentials } from '../registry/credentials/prepare.ts';
import type { Launcher } from '../skopeo/process/parent-death.ts';
import { partialSweeper } from './partial-destination.ts';
import { copyStreams } from './passphrase.ts';
import { manifestReaderFor } from './reader-for.ts';
import type { OperationRequest } from './run-operation.ts';
import { createScratchDirectory } from './scratch-directory.ts';
import { timeLimitOf } from './time-limit.ts';

/** What every request for a skopeo process needs besides the command line. */
export interface RequestContext {
  readonly binary: string;
  /** How skopeo is started so that it does not outlive this process. */
  readonly launcher: Launcher;
  /** Environment of skopeo. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** How skopeo gets what the user gave as secrets. */
  readonly credentials: Pick<PreparedCredentials, 'add' | 'drop' | 'stdin' | 'secrets'>;
  /** Somebody sits at a terminal and may be asked; absent: nobody. */
  readonly hasTerminal?: boolean;
  /** For small files of the run; undefined where none can be written. */
  readonly runDirectory: string | undefined;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Retries, time limits and secrecy, the same for every subcommand. */
export const commonRequest = (line: CommandLine, { credentials }: RequestContext) => ({
  secrets: credentials.secrets,
  retry: {
    times: line.values.retryTimes,
    ...(line.values.retryDelaySeconds === undefined ? {} : { delaySeconds: line.values.retryDelaySeconds }),
  },
  stallTimeoutSeconds: line.own.stallTimeoutSeconds || undefined,
  timeLimit: timeLimitOf(line),
});

/** The platform whose image skopeo picks from a list. */
export const wantedPlatform = ({ values }: CommandLine): Platform => {
  const host = systemPlatform();
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

/** What `copy SRC DST` asks for. Operands are taken as they are: skopeo says what is wrong with them. */
export const copyRequest = (line: CommandLine, context: RequestContext): OperationRequest => {
  const [source = '', destination = ''] = line.operands;
  const [from, to] = [parseReference(source), parseReference(destination)];
  const { runDirectory, binary, launcher, env, cwd, credentials } = context;
  const ownDigestFile = runDirectory === undefined ? undefined : join(runDirectory, 'digest');
  const digestFile = line.values.digestfile ?? ownDigestFile;
  const add = [...credentials.add];
  if (line.values.digestfile === undefined && ownDigestFile !== undefined) add.push('--digestfile', ownDigestFile);
  const scratch = createScratchDirectory({
    transports: [from.transport, to.transport],
    tmpdir: line.values.byName.get('tmpdir')?.at(-1),
    env,
    cwd,
  });
  if (scratch) add.push('--tmpdir', scratch.path);
  const reader = (reference: ImageReference, side: 'source' | 'destination') =>
    manifestReaderFor({
      reference,
      side,
      skopeoArguments: line.skopeoArguments,
      surroundings: { binary, launcher, env, cwd },
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
      launcher,
      args: ['--debug', ...skopeoArgv(line, { add, drop: credentials.drop })],
      env,
      cwd,
      ...copyStreams(line, context.hasTerminal === true),
    },
    platform: wantedPlatform(line),
    sourceManifest: reader(from, 'source'),
    destinationManifest: reader(to, 'destination'),
    readDigest: digestFile === undefined ? undefined : () => readDigestFile(resolve(cwd, digestFile)),
    clearPartial: partialSweeper(to, cwd),
    cleanUp: scratch?.remove,
  };
};
