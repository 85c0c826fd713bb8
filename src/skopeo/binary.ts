import { accessSync, constants, lstatSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { execa } from 'execa';
import semver from 'semver';
import * as z from 'zod';
import type { Env } from '../context.ts';
import { tooManyFiles } from '../errors/descriptors.ts';
import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import { readBounded } from '../host/bounded-read.ts';
import { parseJson } from '../text/json.ts';
import { childEnvironment } from './process/child-environment.ts';
import { withGrace } from './process/grace.ts';

/** A skopeo that can be run. */
export interface Skopeo {
  /** Absolute. */
  readonly path: string;
  /** The version as skopeo prints it: `1.9.3`, `1.23.0-dev`. */
  readonly version: string;
}

/** Where to look for skopeo. */
export interface SkopeoSearch {
  /** `--skopeo-path`: a path, or a name that is looked up in PATH. */
  readonly skopeoPath?: string | undefined;
  readonly env: Env;
  readonly cwd: string;
  /**
   * Programs that are not skopeo although PATH may have them under its name: this program, if it is installed in
   * skopeo's place.
   */
  readonly self?: readonly string[];
  /** Avoids running `skopeo --version` while the file is the same. */
  readonly cache?: VersionCache;
}

/** Stores versions under what identifies the file (device, inode, size, time of change). */
interface VersionCache {
  get(key: string): string | undefined;
  set(key: string, version: string): void;
}

const MAX_BYTES = 4096;
const schema = z.object({ key: z.string(), version: z.string().max(100) });

/** Stores the version of one skopeo in a small file. Without that file skopeo is asked each time. */
export const versionFile = (path: string): VersionCache => ({
  get: (key) => {
    const read = readBounded(path, MAX_BYTES);
    const known = read.kind === 'content' ? parseJson(read.bytes.toString(), schema) : undefined;
    return known?.key === key ? known.version : undefined;
  },
  set: (key, version) => {
    try {
      if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) return; // belongs to another user
      // The clean-up of the state directory knows this name.
      const temporary = join(dirname(path), `.tmp-${process.pid}-version`);
      writeFileSync(temporary, JSON.stringify({ key, version }), { flag: 'wx', mode: 0o640 });
      renameSync(temporary, path);
    } catch {
      // Asking skopeo again costs a few milliseconds.
    }
  },
});

type VersionAnswer = { readonly version: string } | { readonly version?: never; readonly problem: string };

const VERSION_LINE = /^skopeo version (\d+\.\d+\.\d+\S*)/;
/** Only a safety limit: on a busy host a program takes long to start, and skopeo would still run there. */
const TIMEOUT_MS = 60_000;

/**
 * Runs a program that prints a short text, in the same way as skopeo: it can ask nobody, and does not get our own
 * variables. Never rejects.
 */
export const runForText = (
  path: string,
  args: readonly string[],
  options: { readonly env: Env; readonly cwd?: string; readonly timeout?: number },
) =>
  withGrace(
    execa(path, args, {
      timeout: TIMEOUT_MS,
      ...options,
      env: childEnvironment(options.env),
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
    }),
  );

const askVersion = async (path: string, env: Env): Promise<VersionAnswer> => {
  const { stdout = '', shortMessage = '', failed, code = '' } = await runForText(path, ['--version'], { env });
  const version = VERSION_LINE.exec(stdout)?.[1];
  if (version !== undefined) return { version };
  const tooMany = tooManyFiles(code);
  if (tooMany !== undefined) throw tooMany;
  return { problem: failed ? shortMessage : `--version says "${stdout.slice(0, 80)}"` };
};

/** The version that the program at `path` prints (`skopeo version 1.22.0`, `… commit: …`). */
const readVersion = async (path: string, env: Env, cache?: VersionCache): Promise<VersionAnswer> => {
  const { dev, ino, size, ctimeMs } = statSync(path);
  const key = `${path}:${dev}:${ino}:${size}:${ctimeMs}`;
  const known = cache?.get(key);
  if (known !== undefined) return { version: known };
  const answer = await askVersion(path, env);
  if (answer.version !== undefined) cache?.set(key, answer.version);
  return answer;
};

/**
 * Whether this version of skopeo has what came with `since`; a development version counts as the release that it leads
 * to.
 */
export const supports = (version: string, since: string | undefined): boolean => {
  const release = semver.coerce(version);
  return since === undefined || release === null || semver.gte(release, since);
};

const INSTALL =
  'Install it (apt-get install skopeo, dnf install skopeo, apk add skopeo), or name it with --skopeo-path.';

const unavailable = (message: string, next = INSTALL): WrapperError =>
  new WrapperError(message, { errorType: 'skopeo_missing', exitCode: EXIT.unavailable, next });

const isExecutableFile = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

/** Throws when the file of that exact path cannot be run. */
const checkFile = (path: string): string => {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw unavailable(`${path} does not exist`);
  if (!stats.isFile())
    throw unavailable(`${path} is not a program`, 'Name the skopeo binary itself with --skopeo-path.');
  if (!isExecutableFile(path)) throw unavailable(`${path} cannot be run: permission denied`, `chmod +x ${path}`);
  return path;
};

const searchPath = (name: string, { env, cwd, self = [] }: SkopeoSearch): string => {
  const directories = (env.PATH ?? '').split(delimiter).filter((directory) => directory !== '');
  const candidates = directories.map((directory) => resolve(cwd, directory, name)).filter(isExecutableFile);
  const found = candidates.find((candidate) => !self.includes(realpathSync(candidate)));
  if (found !== undefined) return found;
  const [own] = candidates;
  if (own === undefined) throw unavailable(`${name} is not installed, or not in PATH`);
  throw unavailable(`${own} is skopeo-wrapper itself, and there is no other ${name} in PATH`);
};

const locate = (search: SkopeoSearch): string => {
  const { skopeoPath = 'skopeo', cwd } = search;
  if (isAbsolute(skopeoPath)) return checkFile(skopeoPath);
  return skopeoPath.includes('/') ? checkFile(join(cwd, skopeoPath)) : searchPath(skopeoPath, search);
};

/**
 * Finds skopeo and its version. Throws a WrapperError (status 69) when there is none, it cannot be run, or it is
 * another program.
 */
export const findSkopeo = async (search: SkopeoSearch): Promise<Skopeo> => {
  const path = locate(search);
  const answer = await readVersion(path, search.env, search.cache);
  if (answer.version !== undefined) return { path, version: answer.version };
  throw unavailable(`${path} is not skopeo: ${answer.problem}`, 'Name the skopeo binary with --skopeo-path.');
};

/** The help text of skopeo or of a subcommand; empty if there is none. */
export const readHelp = async ({ path }: Skopeo, subcommand: readonly string[], env: Env): Promise<string> => {
  const { stdout = '' } = await runForText(path, [...subcommand, '--help'], { env });
  return stdout;
};
