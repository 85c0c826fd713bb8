import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT, WrapperError } from '../../errors/wrapper-error.ts';
import { PROC_DIR, readPidNamespace, systemProcesses } from '../../host/process-table.ts';

const PREFIX = 'skopeo-wrapper-auth';
const NAME = new RegExp(`^${PREFIX}\\.(?<namespace>\\d+)\\.(?<pid>\\d+)\\.(?<startTicks>\\d+)\\.`);

type Env = Readonly<Record<string, string | undefined>>;

/** The inode of the pid namespace: pids mean something only within it; '0' where there is none. */
const pidNamespace = (): string => /\d+/.exec(readPidNamespace(PROC_DIR))?.[0] ?? '0';

/** Directories for secrets, in memory where the system has such: they are gone after a power cut. */
const candidates = (env: Env): readonly string[] =>
  [env.XDG_RUNTIME_DIR, '/run', '/dev/shm', env.TMPDIR, tmpdir()].filter((directory) => directory !== undefined);

/** Makes a directory of mode 0700 whose name tells its owner; throws (status 74) when no place is writable. */
export const makePrivateDirectory = (env: Env): string => {
  const name = [PREFIX, pidNamespace(), process.pid, systemProcesses().startTicks(process.pid) ?? 0, ''].join('.');
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
  const { namespace, pid, startTicks } = NAME.exec(name)?.groups ?? {};
  if (namespace !== pidNamespace() || systemProcesses().isRunning(Number(pid), Number(startTicks))) return false;
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
