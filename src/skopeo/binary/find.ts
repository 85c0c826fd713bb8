import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { readVersion, type VersionCache } from './version.ts';

/** A skopeo that can be run. */
export interface Skopeo {
  /** Absolute. */
  readonly path: string;
  /** As skopeo says it: `1.9.3`, `1.23.0-dev`. */
  readonly version: string;
}

/** Where to look for skopeo. */
export interface SkopeoSearch {
  /** `--skopeo-path`: a path, or a name that is looked up in PATH. */
  readonly skopeoPath?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Programs that are not skopeo although PATH may call them so: this one, where it is installed in skopeo's place. */
  readonly self?: readonly string[];
  /** Spares running `skopeo --version` while the file is the same. */
  readonly cache?: VersionCache;
}

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
 * something else.
 */
export const findSkopeo = async (search: SkopeoSearch): Promise<Skopeo> => {
  const path = locate(search);
  const answer = await readVersion(path, search.env, search.cache);
  if (answer.version !== undefined) return { path, version: answer.version };
  throw unavailable(`${path} is not skopeo: ${answer.problem}`, 'Name the skopeo binary with --skopeo-path.');
};
