import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CommandLine, isSet, textOf, wordOf } from '../../command-line/command-line.ts';
import type { Context, Env } from '../../context.ts';
import { defined } from '../../defined.ts';
import { messageOf } from '../../errors/system-error.ts';
import { usageError } from '../../errors/wrapper-error.ts';
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

const accessOf = (line: CommandLine, side: Extract<Side, 'source' | 'destination'>, env: Env): RegistryAccess => {
  const { values } = line;
  return defined({
    credentials: resolveLogin(side, line, env),
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

const skopeoRequest = (
  line: CommandLine,
  form: Exclude<JobForm, { readonly file: string }>,
  { env }: JobContext,
): SyncRequest => {
  const { values, own } = line;
  return {
    ...form,
    all: values.all,
    scoped: isSet(line, 'scoped'),
    preserveDigests: isSet(line, 'preserve-digests'),
    removeSignatures: isSet(line, 'remove-signatures'),
    sourceAccess: accessOf(line, 'source', env),
    destinationAccess: accessOf(line, 'destination', env),
    ...defined({
      appendSuffix: textOf(line, 'append-suffix'),
      format: wordOf(line, 'format', ['oci', 'v2s1', 'v2s2']),
      signing: readSigning((name) => textOf(line, name)),
      platformAsked: platformAsked(line),
      retryTimes: values.byName.has('retry-times') ? values.retryTimes : undefined,
      retryDelaySeconds: values.retryDelaySeconds,
      stallTimeoutSeconds: own.stallTimeoutSeconds,
      jobName: own.jobName,
    }),
  };
};

const readFileJob = async (line: CommandLine, path: string, { env, cwd }: JobContext): Promise<ReadJob> => {
  const absolute = resolve(cwd, path);
  const text = await readFile(absolute, 'utf8').catch((error: unknown) => {
    throw usageError(`cannot read ${path}: ${messageOf(error)}`);
  });
  const { job, ...loaded } = loadSyncFile(absolute, text, env);
  const { jobName, stallTimeoutSeconds } = line.own;
  return {
    ...loaded,
    path: absolute,
    job: { ...job, ...defined({ name: jobName, stallTimeoutSeconds }) },
  };
};

/**
 * Reads the job of a command line, from `--file` or in skopeo's form. Throws usage errors and, for a file, errors that
 * name line and key. No registry is asked.
 */
export const readJob = async (line: CommandLine, context: JobContext): Promise<ReadJob> => {
  const form = jobFormOf(line);
  const read =
    'file' in form
      ? await readFileJob(line, form.file, context)
      : { job: await jobFromSkopeoOptions(skopeoRequest(line, form, context), context.cwd), warnings: [] };
  for (const { credentials } of accessesOf(read.job)) if (credentials) context.redactor.learnLogin(credentials);
  for (const { copy } of read.job.entries) refuseMissingPassphrase(copy);
  const parallel = parallelOf(line);
  const prune = isSet(line, 'prune') ? { prune: read.job.prune ?? { maxShare: JOB_DEFAULTS.maxPruneShare } } : {};
  return { ...read, job: { ...read.job, ...defined({ parallel }), ...prune } };
};
