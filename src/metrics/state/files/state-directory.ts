import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { Env } from '../../../context.ts';
import { errorCode } from '../../../errors/system-error.ts';
import { EXIT, WrapperError } from '../../../errors/wrapper-error.ts';

const NAME = 'skopeo-wrapper';

/**
 * Where runs leave their metrics by default: `/var/lib/skopeo-wrapper` for root, else below `$XDG_STATE_HOME`
 * (`~/.local/state`). Undefined for a user without a home.
 */
export const defaultStateDir = (env: Env, uid: number): string | undefined => {
  if (uid === 0) return join('/var/lib', NAME);
  if (env.XDG_STATE_HOME) return join(env.XDG_STATE_HOME, NAME);
  return env.HOME ? join(env.HOME, '.local/state', NAME) : undefined;
};

/**
 * Where runs leave them if the state directory cannot be written: `/run/skopeo-wrapper` for root, else below
 * `$XDG_RUNTIME_DIR`.
 */
export const defaultSpillRoot = (env: Env, uid: number): string | undefined => {
  if (uid === 0) return join('/run', NAME);
  return env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, NAME) : undefined;
};

/**
 * Each state directory has a spill directory of its own, so that runs of different state directories are never mixed.
 */
export const spillDirFor = (spillRoot: string, stateDir: string): string =>
  join(spillRoot, createHash('sha256').update(stateDir).digest('hex').slice(0, 16));

/** A state directory and, if there is one, the spill directory for runs that it could not take. */
export interface StateLocation {
  readonly stateDir: string;
  readonly spillDir?: string;
}

/** A state directory (absolute path) together with its spill directory. */
export const locateState = (stateDir: string, spillRoot: string | undefined): StateLocation =>
  spillRoot === undefined ? { stateDir } : { stateDir, spillDir: spillDirFor(spillRoot, stateDir) };

/** The owner writes, the group reads, whatever the umask; the mode of the directory decides who can enter it. */
export const STATE_FILE_MODE = 0o640;

const WORLD_WRITABLE = 0o002;

/** Makes a state directory unless it exists: root's may be read by its group, that of another user by nobody else. */
export const makeStateDirectory = (directory: string, uid: number): void => {
  mkdirSync(directory, { recursive: true, mode: uid === 0 ? 0o750 : 0o700 });
};

/**
 * Whether aggregates by `uid` may be trusted. Where everybody can create files, only those of the directory's owner and
 * of root are: any other user could put a forged aggregate there.
 */
export const mayAggregate = (directory: Pick<Stats, 'mode' | 'uid'>, uid: number): boolean =>
  (directory.mode & WORLD_WRITABLE) === 0 || uid === directory.uid || uid === 0;

/** The content of a state or spill directory. */
export interface Listing {
  readonly runs: readonly string[];
  /** Numbers of the aggregates, newest first. */
  readonly generations: readonly number[];
  /** The highest number that an aggregate ever had, including quarantined ones; 0: there was none. */
  readonly highest: number;
  /** Leftovers of interrupted writes. */
  readonly temporary: readonly string[];
  readonly quarantined: readonly string[];
}

const AGGREGATE = /^agg\.(\d{8,15})$/;
const QUARANTINED = /^bad\.agg\.(\d{8,15})$/;
const TEMPORARY = /^(?:\.tmp-|textfile\.lock\.)/;

export const aggregateName = (generation: number): string => `agg.${String(generation).padStart(8, '0')}`;
export const quarantineName = (generation: number): string => `bad.${aggregateName(generation)}`;

/** Prefix of files that are not complete yet. */
export const TEMPORARY_PREFIX = '.tmp-';

/** Lists a directory; a missing directory is empty. Throws WrapperError if it cannot be read. */
export const listState = (directory: string): Listing => {
  const names = readNames(directory);
  const generations = numbersIn(names, AGGREGATE).toSorted((a, b) => b - a);
  return {
    runs: names.filter(isRunName).toSorted(),
    generations,
    highest: Math.max(0, ...generations, ...numbersIn(names, QUARANTINED)),
    temporary: names.filter((name) => TEMPORARY.test(name)),
    quarantined: names.filter((name) => QUARANTINED.test(name)),
  };
};

const readNames = (directory: string): readonly string[] => {
  try {
    return readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw unreadableDirectory(directory, errorCode(error), error);
  }
};

const numbersIn = (names: readonly string[], pattern: RegExp): readonly number[] =>
  names.flatMap((name) => {
    const number = pattern.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });

/** The state cannot be read at all: a listener answers 503, a command ends with status 74. */
export const unreadableDirectory = (directory: string, reason: string, cause?: unknown): WrapperError =>
  new WrapperError(`cannot read the state directory ${directory}: ${reason}`, {
    errorType: 'permission',
    exitCode: EXIT.ioError,
    next: 'Give this user the right to read it (ls -ld), or name another directory with --state-dir.',
    cause,
  });

/** Names of run files begin with it, and no other names. */
const RUN_PREFIX = 'run.';

const RUN_NAME = /^run\.[\w.-]{1,100}$/;

/** A new name, never used before: `run.<base36 milliseconds>-<pid>-<random>`. */
export const newRunName = (wallMs: number, pid: number): string =>
  `${RUN_PREFIX}${Math.round(wallMs).toString(36)}-${pid}-${randomBytes(6).toString('hex')}`;

export const isRunName = (name: string): boolean => RUN_NAME.test(name);
