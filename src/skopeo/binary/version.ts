import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import semver from 'semver';
import * as z from 'zod';
import { childEnvironment } from '../../secrets/child-environment.ts';
import { parseJson } from '../../text/json.ts';
import { withGrace } from '../process/grace.ts';

const schema = z.object({ key: z.string(), version: z.string().max(100) });

/** Remembers the version of one skopeo in a small file. A file that cannot be read or written is done without. */
export const versionFile = (path: string): VersionCache => ({
  get: (key) => {
    try {
      const known = parseJson(readFileSync(path, 'utf8'), schema);
      return known?.key === key ? known.version : undefined;
    } catch {
      return undefined;
    }
  },
  set: (key, version) => {
    try {
      writeFileSync(path, JSON.stringify({ key, version }), { mode: 0o640 });
    } catch {
      // Asking skopeo again costs a few milliseconds.
    }
  },
});

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
  } = await withGrace(
    execa(path, ['--version'], {
      env: childEnvironment(env),
      extendEnv: false,
      reject: false,
      stdin: 'ignore',
      timeout: VERSION_TIMEOUT_MS,
    }),
  );
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
