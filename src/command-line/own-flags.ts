import type { Env } from '../context.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { JOB_NAME } from '../metrics/contract/definition.ts';
import { DEFAULT_HEARTBEAT_SECONDS, HEARTBEAT_BOUNDS, isHeartbeatInterval } from '../metrics/heartbeat-interval.ts';
import { type ListenAddress, readListenAddress } from '../metrics/listener/addresses.ts';
import { DURATION_HINT, parseBoolean, parseDuration } from './values.ts';

const BOOLEAN = { parse: parseBoolean, hint: 'true or false' };

const read = (spec: OwnFlagSpec<unknown>, text: string, origin: string): unknown => {
  const { parse, hint } = spec.value ?? BOOLEAN;
  const value = parse(text);
  if (value === undefined) throw usageError(`${origin}: "${text}" is not valid`, `Give ${hint}.`);
  return value;
};

/**
 * The wrapper's own flags from the command line (`given`: texts by flag name), else from the environment (an empty
 * variable counts as unset), else their defaults. Throws a usage error that names the flag or variable, the bad value
 * and what would be valid.
 */
export const readOwnFlags = (given: ReadonlyMap<string, string>, env: Env): OwnFlags => {
  const values = Object.entries(OWN_FLAGS).map(([key, spec]) => {
    const text = given.get(spec.name);
    if (text !== undefined) return [key, read(spec, text, `--${spec.name}`)];
    const variable = variableOf(spec.name);
    const fromEnv = env[variable];
    return [key, fromEnv ? read(spec, fromEnv, variable) : spec.default];
  });
  return Object.fromEntries(values);
};

/** How the value of one of our flags is read: `parse` returns undefined for a bad text. */
interface OwnValue<T> {
  readonly parse: (text: string) => T | undefined;
  /** A description of valid values, for error texts. */
  readonly hint: string;
}

const NON_EMPTY: OwnValue<string> = {
  parse: (text) => (text === '' ? undefined : text),
  hint: 'a path or name that is not empty',
};

const DURATION_SECONDS: OwnValue<number> = { parse: parseDuration, hint: DURATION_HINT };

/** A duration that must not be 0. */
const POSITIVE_SECONDS: OwnValue<number> = {
  parse: (text) => parseDuration(text) || undefined,
  hint: `${DURATION_HINT}, more than 0`,
};

const HEARTBEAT_INTERVAL: OwnValue<number> = {
  parse: (text) => {
    const seconds = parseDuration(text);
    return seconds !== undefined && isHeartbeatInterval(seconds) ? seconds : undefined;
  },
  hint: `${DURATION_HINT}, ${HEARTBEAT_BOUNDS}`,
};

const JOB_NAME_VALUE: OwnValue<string> = {
  parse: (text) => (JOB_NAME.pattern.test(text) ? text : undefined),
  hint: '1 to 64 letters, digits, "_", "." or "-"',
};

const LISTEN_ADDRESS: OwnValue<ListenAddress> = {
  parse: readListenAddress,
  hint: '[HOST:]PORT, such as 9100 or 127.0.0.1:9100, or :PORT for every interface',
};

/** One of several words. */
const oneOfWords = <const Word extends string>(...words: readonly Word[]): OwnValue<Word> => ({
  parse: (text) => words.find((word) => word === text),
  hint: `one of ${words.join(', ')}`,
});

/** A daily job may be two hours late. */
const JOB_MAX_AGE_HOURS = 26;

/** One flag of the wrapper. */
export interface OwnFlagSpec<T> {
  /** Without dashes; the variable is `SKOPEO_WRAPPER_` and this in upper case with `_`. */
  readonly name: string;
  readonly description: string;
  /** The placeholder for the value in help texts; absent: a boolean. */
  readonly placeholder?: string;
  /** How the value is parsed; absent for booleans. */
  readonly value?: OwnValue<T>;
  readonly default: T;
}

const boolean = (name: string, description: string): OwnFlagSpec<boolean> => ({ name, description, default: false });

const optional = <T>(
  name: string,
  placeholder: string,
  value: OwnValue<T>,
  description: string,
): OwnFlagSpec<T | undefined> => ({ name, placeholder, value, description, default: undefined });

/**
 * The wrapper's own flags, valid for every command, each also from the environment. The keys are the properties of
 * {@link OwnFlags}; to add a flag, add a line here.
 */
export const OWN_FLAGS = {
  jobName: optional('job-name', 'NAME', JOB_NAME_VALUE, 'name of the job in metrics and status'),
  jobMaxAgeSeconds: {
    name: 'job-max-age',
    placeholder: 'DURATION',
    value: POSITIVE_SECONDS,
    default: JOB_MAX_AGE_HOURS * 3600,
    description: `age of the last success above which the job is overdue (${JOB_MAX_AGE_HOURS}h)`,
  },
  metricsTextfile: optional(
    'metrics-textfile',
    'PATH',
    NON_EMPTY,
    'write metrics for node_exporter: directory or *.prom',
  ),
  metricsListen: optional('metrics-listen', '[HOST:]PORT', LISTEN_ADDRESS, 'serve metrics while the command runs'),
  stateDir: optional('state-dir', 'DIR', NON_EMPTY, 'where runs leave their metrics'),
  metricsStrict: boolean('metrics-strict', 'exit with status 74 when metrics or state could not be written'),
  noState: boolean('no-state', 'keep nothing: metrics of this run alone'),
  heartbeatIntervalSeconds: {
    name: 'heartbeat-interval',
    placeholder: 'DURATION',
    value: HEARTBEAT_INTERVAL,
    default: DEFAULT_HEARTBEAT_SECONDS,
    description: `how often live metrics are refreshed (${DEFAULT_HEARTBEAT_SECONDS}s)`,
  },
  stallTimeoutSeconds: optional(
    'stall-timeout',
    'DURATION',
    DURATION_SECONDS,
    'end an attempt after that long without a byte or line; 0: never (sync: 5m)',
  ),
  timeoutSeconds: optional('timeout', 'DURATION', POSITIVE_SECONDS, 'limit on the whole operation, retries included'),
  progress: {
    name: 'progress',
    placeholder: 'auto|bar|plain|none',
    value: oneOfWords('auto', 'bar', 'plain', 'none'),
    default: 'auto',
    description: 'how progress is shown on stderr (auto)',
  },
  json: boolean('json', 'one result object on stdout, nothing else there'),
  events: optional('events', 'FILE|-', NON_EMPTY, 'write every event as one JSON line'),
  skopeoPath: optional('skopeo-path', 'PATH', NON_EMPTY, 'which skopeo to run (skopeo from PATH)'),
  credsFile: optional('creds-file', 'FILE', NON_EMPTY, 'file with USERNAME:PASSWORD for the registry'),
  srcCredsFile: optional('src-creds-file', 'FILE', NON_EMPTY, 'file with USERNAME:PASSWORD for the source'),
  destCredsFile: optional('dest-creds-file', 'FILE', NON_EMPTY, 'file with USERNAME:PASSWORD for the destination'),
} as const satisfies Readonly<Record<string, OwnFlagSpec<unknown>>>;

type Table = typeof OWN_FLAGS;
type Key = keyof Table;

type FlagValue<Spec> = Spec extends OwnFlagSpec<infer T> ? T : never;

/** Values of the wrapper's own flags after command line, environment and defaults. */
export type OwnFlags = { readonly [K in Key]: FlagValue<Table[K]> };

/** The environment variable of one of our flags. */
export const variableOf = (name: string): string => `SKOPEO_WRAPPER_${name.toUpperCase().replaceAll('-', '_')}`;
