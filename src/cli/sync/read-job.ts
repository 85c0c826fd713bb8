import { resolve } from 'node:path';
import { type CommandLine, isSet, textOf, wordOf } from '../../command-line/command-line.ts';
import type { Context } from '../../context.ts';
import { defined } from '../../defined.ts';
import { messageOf } from '../../errors/system-error.ts';
import { usageError } from '../../errors/wrapper-error.ts';
import { readNamed } from '../../host/named-files.ts';
import type { Platform } from '../../image/platform.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import { resolveLogin, type Side } from '../../registry/credentials/logins.ts';
import { type LoadedSyncFile, loadSyncFile } from '../../sync/config/load-sync-file.ts';
import { jobFromSkopeoOptions, type SyncRequest } from '../../sync/from-skopeo-options.ts';
import { accessesOf, JOB_DEFAULTS, type SyncJob } from '../../sync/job.ts';
import { readSigning, refuseMissingPassphrase } from '../../sync/signing.ts';
import { refuseBesideFile } from './sync-flags.ts';

/** What reading a command line needs from outside. */
type JobContext = Pick<Context, 'env' | 'cwd' | 'redactor'>;

/** A job, and the file it was read from if there is one. */
export interface ReadJob {
  readonly job: SyncJob;
  readonly file?: LoadedSyncFile['file'];
  /** Path of that file. */
  readonly path?: string;
  readonly warnings: LoadedSyncFile['warnings'];
}

const parallelOf = (line: CommandLine): number | undefined => {
  const text = textOf(line, 'parallel');
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw usageError(`--parallel: "${text}" is not valid`, 'Give a whole number, 1 or more.');
};

const accessOf = async (
  line: CommandLine,
  side: Extract<Side, 'source' | 'destination'>,
  places: Parameters<typeof resolveLogin>[2],
): Promise<RegistryAccess> => {
  const { values } = line;
  return defined({
    credentials: await resolveLogin(side, line, places),
    authFile: values.authfile[side] ?? values.authfile.image,
    certDirectory: values.certDir[side],
    tlsVerify: values.tlsVerify[side] ?? values.tlsVerify.image,
    anonymous: values.noCreds[side] || undefined,
  });
};

const platformAsked = (line: CommandLine): Partial<Platform> | undefined => {
  const [os, architecture, variant] = ['override-os', 'override-arch', 'override-variant'].map((name) =>
    textOf(line, name),
  );
  const platform = defined({ os, architecture, variant });
  return Object.keys(platform).length === 0 ? undefined : platform;
};

/** The two forms of a job: in a file, or as the arguments of `skopeo sync`. */
type JobForm =
  | { readonly file: string }
  | Pick<SyncRequest, 'sourceTransport' | 'destinationTransport' | 'source' | 'destination'>;

/** Which form of job a command line has. Throws usage errors for arguments that do not go together. */
export const jobFormOf = (line: CommandLine): JobForm => {
  const file = textOf(line, 'file');
  if (file !== undefined) {
    if (line.operands.length > 0)
      throw usageError('sync --file takes no SOURCE and DESTINATION', 'They are in the file.');
    refuseBesideFile(line);
    return { file };
  }
  if (isSet(line, 'show-config'))
    throw usageError('--show-config needs --file FILE', 'There is nothing else to expand.');
  const sourceTransport = wordOf(line, 'src', ['docker', 'dir', 'yaml']);
  const destinationTransport = wordOf(line, 'dest', ['docker', 'dir']);
  const [source, destination] = line.operands;
  if (sourceTransport === undefined) throw usageError('sync needs --src docker, dir or yaml', 'Or give --file FILE.');
  if (destinationTransport === undefined) throw usageError('sync needs --dest docker or dir', 'Or give --file FILE.');
  if (source === undefined || destination === undefined || line.operands.length > 2) {
    throw usageError('sync needs exactly two arguments: SOURCE and DESTINATION', 'See skopeo-wrapper sync --help.');
  }
  return { sourceTransport, destinationTransport, source, destination };
};

const skopeoRequest = async (
  line: CommandLine,
  form: Exclude<JobForm, { readonly file: string }>,
  { env }: JobContext,
  signal: AbortSignal,
): Promise<SyncRequest> => {
  const { values, own } = line;
  return {
    ...form,
    all: values.all,
    scoped: isSet(line, 'scoped'),
    preserveDigests: isSet(line, 'preserve-digests'),
    removeSignatures: isSet(line, 'remove-signatures'),
    sourceAccess: await accessOf(line, 'source', { env, signal }),
    destinationAccess: await accessOf(line, 'destination', { env, signal }),
    ...defined({
      appendSuffix: textOf(line, 'append-suffix'),
      format: wordOf(line, 'format', ['oci', 'v2s1', 'v2s2']),
      signing: readSigning((name) => textOf(line, name)),
      systemPlatform: platformAsked(line),
      retryTimes: values.byName.has('retry-times') ? values.retryTimes : undefined,
      retryDelaySeconds: values.retryDelaySeconds,
      stallTimeoutSeconds: own.stallTimeoutSeconds,
      jobName: own.jobName,
    }),
  };
};

/** More than any file that describes a job needs. */
const MAX_BYTES = 64 * 1024 ** 2;

/** The text of a file that describes a job. Throws a usage error, and the signal's reason when the signal aborts. */
const readDescription = async (path: string, cwd: string, signal: AbortSignal): Promise<string> => {
  try {
    return (await readNamed(resolve(cwd, path), MAX_BYTES, signal)).toString();
  } catch (error) {
    signal.throwIfAborted();
    throw usageError(`cannot read ${path}: ${messageOf(error)}`);
  }
};

const readFileJob = async (
  line: CommandLine,
  path: string,
  { env, cwd }: JobContext,
  signal: AbortSignal,
): Promise<ReadJob> => {
  const absolute = resolve(cwd, path);
  const text = await readDescription(path, cwd, signal);
  const { job, ...loaded } = loadSyncFile(absolute, text, env);
  const { jobName, stallTimeoutSeconds } = line.own;
  return {
    ...loaded,
    path: absolute,
    job: { ...job, ...defined({ name: jobName, stallTimeoutSeconds }) },
  };
};

const readSkopeoJob = async (
  line: CommandLine,
  form: Exclude<JobForm, { readonly file: string }>,
  context: JobContext,
  signal: AbortSignal,
): Promise<ReadJob> => {
  const request = await skopeoRequest(line, form, context, signal);
  const read = (path: string): Promise<string> => readDescription(path, context.cwd, signal);
  return { job: await jobFromSkopeoOptions(request, read), warnings: [] };
};

/**
 * Reads the job of a command line, from `--file` or in skopeo's form. Throws usage errors, for a file errors that name
 * line and key, and the signal's reason when the signal aborts. No registry is asked.
 */
export const readJob = async (line: CommandLine, context: JobContext, signal: AbortSignal): Promise<ReadJob> => {
  const form = jobFormOf(line);
  const read =
    'file' in form
      ? await readFileJob(line, form.file, context, signal)
      : await readSkopeoJob(line, form, context, signal);
  for (const { credentials } of accessesOf(read.job)) if (credentials) context.redactor.learnLogin(credentials);
  for (const { copy } of read.job.entries) refuseMissingPassphrase(copy);
  const parallel = parallelOf(line);
  const prune = isSet(line, 'prune') ? { prune: read.job.prune ?? { maxShare: JOB_DEFAULTS.maxPruneShare } } : {};
  return { ...read, job: { ...read.job, ...defined({ parallel }), ...prune } };
};
