import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { errorCode } from '../../../errors/system-error.ts';
import { EXIT, WrapperError } from '../../../errors/wrapper-error.ts';

/** What lies in a state or spill directory. */
export interface Listing {
  readonly runs: readonly string[];
  /** Numbers of the aggregates, newest first. */
  readonly generations: readonly number[];
  /** The highest number an aggregate ever had, quarantined ones included; 0: there was none. */
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

/** Lists a directory; one that does not exist is empty. Throws WrapperError if it cannot be read. */
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

/** Names of run files begin with it; whatever else lies in the directory is none. */
const RUN_PREFIX = 'run.';

const RUN_NAME = /^run\.[\w.-]{1,100}$/;

/** A new name, never used before: `run.<base36 milliseconds>-<pid>-<random>`. */
export const newRunName = (wallMs: number, pid: number): string =>
  `${RUN_PREFIX}${Math.round(wallMs).toString(36)}-${pid}-${randomBytes(6).toString('hex')}`;

export const isRunName = (name: string): boolean => RUN_NAME.test(name);
