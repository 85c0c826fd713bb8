import type { CommandLine } from '../command-line/command-line.ts';
import { SKOPEO_FLAGS } from '../command-line/flags/table.ts';
import type { Clock, Env } from '../context.ts';
import { defined } from '../defined.ts';
import type { DirectCopy } from '../destination/direct-copy.ts';
import type { Patience } from '../destination/directory-lock.ts';
import type { ManifestReader } from '../image/local-image.ts';
import type { Platform } from '../image/platform.ts';
import { parseReference, redactReference, shortName } from '../image/reference.ts';
import type { AccessFiles } from '../registry/credentials/access-files.ts';
import type { Redactor } from '../secrets/redactor.ts';
import type { Secret } from '../secrets/secret.ts';
import type { Failure } from '../skopeo/failure/classify.ts';
import type { CommandFlags } from '../skopeo/failure/facts.ts';
import type { SkopeoProgram, StreamMode } from '../skopeo/process/start-skopeo.ts';
import type { Terminals } from '../skopeo/process/terminals.ts';
import type { OperationIdentity } from '../tracking/observer.ts';
import type { Operation } from '../tracking/vocabulary.ts';
import { namesPipe } from './named-streams.ts';
import type { RetryPolicy } from './retry.ts';

/** What an operation does with which images, as people and metrics see it; the references are without credentials. */
export interface OperationSubject {
  readonly identity: OperationIdentity;
  readonly source: string;
  readonly destination: string;
  readonly sourceShort: string;
  readonly destinationShort: string;
  /** Absent: it was not asked for by a command line. */
  readonly flags?: CommandFlags;
}

/** What a failure of skopeo means for the operation, and its exit status. */
interface Interpretation {
  /** The question was whether this fails: the operation succeeded. */
  readonly answered: boolean;
  readonly exitCode: number;
}

/** One operation as its user sees it: which skopeo to run, how often, for how long. */
export interface OperationRequest extends OperationSubject {
  /** One image of a sync run: visible and counted in blobs and bytes, but not an operation of its own. */
  readonly part?: boolean;
  readonly skopeo: SkopeoProgram & {
    readonly args: readonly string[];
    readonly streams: StreamMode;
    readonly stdin?: Secret;
  };
  readonly redactor: Redactor;
  readonly retry: RetryPolicy;
  /** Silence that ends an attempt; undefined: there is no limit. */
  readonly stallTimeoutSeconds: number | undefined;
  /** Reads the source's manifest, where that costs nothing; gives exact sizes and totals. */
  readonly sourceManifest?: ManifestReader | undefined;
  /** Reads the destination's manifest after a success; gives sizes that the source could not give. */
  readonly destinationManifest?: ManifestReader | undefined;
  readonly platform: Platform;
  /** The digest of the manifest at the destination, after a success. */
  readonly readDigest?: (() => Promise<string | undefined>) | undefined;
  /** Watches over a local destination that skopeo writes to; may wait for its turn there. */
  readonly openDestination?: ((patience: Patience) => Promise<DirectCopy | undefined>) | undefined;
  /** Removes what was made only for the operation; called once, at its end. */
  readonly cleanUp?: (() => Promise<void>) | undefined;
  /** Absent: a failure is a failure, with its own exit status. */
  readonly interpret?: ((failure: Failure) => Interpretation) | undefined;
}

/** The skopeo for which requests are made, and what it shares with others of the run. */
export interface SkopeoContext extends SkopeoProgram {
  readonly clock: Clock;
  readonly terminals: Terminals;
  readonly accessFiles: Pick<AccessFiles, 'pathFor'>;
  /** For small files of the run; undefined where none can be written. */
  readonly runDirectory: string | undefined;
}

/** What a command line asks of skopeo, known before skopeo is found. */
export interface SkopeoTask {
  /** Blobs are moved, so there is progress to show. */
  readonly showsProgress: boolean;
  request(context: SkopeoContext): Promise<OperationRequest>;
}

/**
 * Makes a task from a command line, and reads the files that it names. Throws usage errors, and the signal's reason
 * when the signal aborts; touches nothing.
 */
export type ToTask = (line: CommandLine, context: TaskContext) => Promise<SkopeoTask>;

interface TaskContext {
  readonly env: Env;
  readonly cwd: string;
  /** There is a terminal, and its user may be asked. */
  readonly hasTerminal: boolean;
  /** Receives the secrets of the command line, to hide them. */
  readonly redactor: Redactor;
  /** Ends the reading of files to which nobody writes. */
  readonly signal: AbortSignal;
}

const OPERATION_OF: Readonly<Record<string, Operation>> = {
  copy: 'copy',
  delete: 'delete',
  exists: 'image_exists',
  inspect: 'inspect',
  'list-tags': 'list_tags',
  'manifest-digest': 'manifest_digest',
  sync: 'sync',
};

/** The operation as which a subcommand is counted; `other` for those that have none of their own. */
export const operationOf = (subcommand: string): Operation =>
  (Object.hasOwn(OPERATION_OF, subcommand) ? OPERATION_OF[subcommand] : undefined) ?? 'other';

/** The subject of an operation on one image, or on two: `shown` is the destination that people see. */
export const subjectOf = (operation: Operation, source: string, shown?: string): OperationSubject => {
  const from = parseReference(source);
  const to = shown === undefined ? undefined : parseReference(shown);
  return {
    identity: {
      operation,
      sourceTransport: from.transport,
      ...defined({ destinationTransport: to?.transport }),
    },
    source: redactReference(source),
    destination: redactReference(shown ?? ''),
    sourceShort: shortName(from),
    destinationShort: to === undefined ? '' : shortName(to),
  };
};

/** Subcommands whose first operand is an image or a repository. */
const READS_IMAGE: ReadonlySet<string> = new Set(['delete', 'exists', 'inspect', 'layers', 'list-tags']);

/** What a command takes and was given; undefined for a subcommand that the table does not have. */
const flagsOf = ({ spec, values }: CommandLine): CommandFlags | undefined =>
  spec && {
    accepted: new Set([...SKOPEO_FLAGS.globalFlags, ...spec.flags].map(({ name }) => name)),
    given: new Set(values.byName.keys()),
  };

/** The subject of a command line. Operands are not checked: skopeo reports what is wrong with them. */
export const subjectOfLine = (line: CommandLine): OperationSubject => {
  const { subcommand = '', operands } = line;
  const [first = '', second = ''] = operands;
  const flags = defined({ flags: flagsOf(line) });
  if (subcommand === 'copy') return { ...subjectOf('copy', first, second), ...flags };
  return { ...subjectOf(operationOf(subcommand), READS_IMAGE.has(subcommand) ? first : ''), ...flags };
};

/**
 * Retries and the limit on silence, the same for every subcommand. There is one attempt if the command line names a pipe:
 * what the first one has read is gone, and what it has written stays.
 */
export const patienceOf = ({ values, own, skopeoArguments }: CommandLine, cwd: string) => ({
  retry: {
    times: namesPipe(skopeoArguments, cwd) ? 0 : values.retryTimes,
    ...defined({ delaySeconds: values.retryDelaySeconds }),
  },
  stallTimeoutSeconds: own.stallTimeoutSeconds || undefined,
});

/** The program without what a run shares. */
export const programOf = ({ binary, launcher = [], env, cwd }: SkopeoProgram): Required<SkopeoProgram> => ({
  binary,
  launcher,
  env,
  cwd,
});
