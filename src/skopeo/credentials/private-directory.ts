import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';

const PREFIX = 'skopeo-wrapper-auth';
const NAME = new RegExp(`^${PREFIX}\\.(?<namespace>\\d+)\\.(?<pid>\\d+)\\.(?<startTicks>\\d+)\\.`);

type Env = Readonly<Record<string, string | undefined>>;

/** Start of a process in clock ticks since boot (proc(5), field 22): tells it from a later one with the same pid. */
const startTicks = (pid: number): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
  } catch {
    return undefined;
  }
};

/** Pids mean something only within their namespace; '0' where there is none. */
const pidNamespace = (): string => {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '0';
  } catch {
    return '0';
  }
};

/** Directories for secrets, in memory where the system has such: they are gone after a power cut. */
const candidates = (env: Env): readonly string[] =>
  [env.XDG_RUNTIME_DIR, '/run', '/dev/shm', env.TMPDIR, tmpdir()].filter((directory) => directory !== undefined);

/** Makes a directory of mode 0700 whose name tells its owner; throws (status 74) when no place is writable. */
export const makePrivateDirectory = (env: Env): string => {
  const name = [PREFIX, pidNamespace(), process.pid, startTicks(process.pid) ?? 0, ''].join('.');
  for (const directory of candidates(env)) {
    try {
      return mkdtempSync(join(directory, name));
    } catch {}
  }
  throw new WrapperError(`no place for a temporary authfile: ${candidates(env).join(', ')} cannot be written`, {
    errorType: 'permission',
    exitCode: EXIT.ioError,
    next: 'Set TMPDIR to a directory that can be written, or use an authfile instead of credentials.',
  });
};

const isAbandoned = (path: string, name: string): boolean => {
  const { namespace, pid, startTicks: started } = NAME.exec(name)?.groups ?? {};
  if (namespace !== pidNamespace() || startTicks(Number(pid)) === started) return false;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isDirectory() === true && stats.uid === process.getuid?.();
};

/**
 * Removes what runs that were killed left behind: directories of ours whose process is gone, of this user and this pid
 * namespace. Returns their paths.
 */
export const sweepLeftovers = (env: Env): readonly string[] =>
  [...new Set(candidates(env))].flatMap((directory) => {
    try {
      const names = readdirSync(directory).filter((name) => name.startsWith(`${PREFIX}.`));
      const abandoned = names.filter((name) => isAbandoned(join(directory, name), name));
      return abandoned.map((name) => {
        rmSync(join(directory, name), { recursive: true, force: true });
        return join(directory, name);
      });
    } catch {
      return [];
    }
  });
