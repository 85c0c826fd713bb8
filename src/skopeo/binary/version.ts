import { statSync } from 'node:fs';
import { execa } from 'execa';
import semver from 'semver';
import { NEWEST_KNOWN_VERSION } from '../../command-line/flags/help.ts';
import type { FlagSpec, SubcommandSpec } from '../../command-line/flags/spec.ts';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { childEnvironment } from '../../registry/credentials/child-environment.ts';
import type { Skopeo } from './find.ts';

/** Remembers versions by what identifies the file (device, inode, size, time of change). */
export interface VersionCache {
  get(key: string): string | undefined;
  set(key: string, version: string): void;
}

type Env = Readonly<Record<string, string | undefined>>;

type Answer = { readonly version: string } | { readonly version?: never; readonly problem: string };

const VERSION_LINE = /^skopeo version (\d+\.\d+\.\d+\S*)/;
const VERSION_TIMEOUT_MS = 10_000;

const ask = async (path: string, env: Env): Promise<Answer> => {
  const {
    stdout = '',
    shortMessage = '',
    failed,
  } = await execa(path, ['--version'], {
    env: childEnvironment(env),
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: VERSION_TIMEOUT_MS,
  });
  const version = VERSION_LINE.exec(stdout)?.[1];
  if (version !== undefined) return { version };
  return { problem: failed ? shortMessage : `--version says "${stdout.slice(0, 80)}"` };
};

/** The version that the program at `path` gives of itself (`skopeo version 1.22.0`, `… commit: …`). */
export const readVersion = async (path: string, env: Env, cache?: VersionCache): Promise<Answer> => {
  const { dev, ino, size, ctimeMs } = statSync(path);
  const key = `${path}:${dev}:${ino}:${size}:${ctimeMs}`;
  const known = cache?.get(key);
  if (known !== undefined) return { version: known };
  const answer = await ask(path, env);
  if (answer.version !== undefined) cache?.set(key, answer.version);
  return answer;
};

/** Does that version of skopeo have what came with `since`; a development version counts as the release it leads to. */
export const supports = (version: string, since: string | undefined): boolean => {
  const release = semver.coerce(version);
  return since === undefined || release === null || semver.gte(release, since);
};

/** Whether that skopeo may know flags that the table does not. */
export const isNewerThanKnown = (version: string): boolean => {
  const release = semver.coerce(version);
  return release !== null && semver.gt(release, NEWEST_KNOWN_VERSION);
};

/**
 * Refuses what the installed skopeo is too old for, before anything runs, and names the version that has it
 * (status 69). What the wrapper does itself is not among `skopeoFlags`.
 */
export const refuseUnsupported = (
  { spec, skopeoFlags }: { readonly spec: SubcommandSpec | undefined; readonly skopeoFlags: readonly FlagSpec[] },
  { path, version }: Skopeo,
): void => {
  const refuse = (what: string, since: string | undefined) => {
    if (supports(version, since)) return;
    throw new WrapperError(`${what} needs skopeo ${since}; ${path} is ${version}`, {
      errorType: 'skopeo_missing',
      exitCode: EXIT.unavailable,
      next: 'Install a newer skopeo and name it with --skopeo-path.',
    });
  };
  refuse(`skopeo ${spec?.name}`, spec?.since);
  for (const flag of skopeoFlags) refuse(`--${flag.name}`, flag.since);
};
