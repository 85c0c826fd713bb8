import { lstatSync, mkdtempSync, readdirSync, rmSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../context.ts';
import { type Host, systemHost } from './host.ts';
import { isSameBoot } from './identity.ts';

/** What a temporary directory is for; part of its name. */
type Purpose = 'addon' | 'auth' | 'index' | 'pipe' | 'run' | 'scratch';

type Here = Pick<Host, 'identity' | 'processes'>;

const PREFIX = 'skopeo-wrapper';
const NAME = new RegExp(
  `^${PREFIX}-[a-z]+\\.(?<host>[0-9a-f]+)\\.(?<boot>[0-9a-z:-]+)\\.(?<namespace>\\d*)\\.(?<pid>\\d+)\\.(?<ticks>\\d*)\\.\\w{6}$`,
);

const [GROUP_AND_OTHERS, MAY_WRITE, STICKY] = [0o077, 0o022, 0o1000];

const namespaceOf = (pidNamespace: string): string => /\d+/.exec(pidNamespace)?.[0] ?? '';

/**
 * Makes a directory of mode 0700 whose name contains the identity of its process, so that another run can find out
 * whether that process is gone. Throws a system error if `base` cannot be written.
 */
export const makeTemporaryDirectory = (
  base: string,
  purpose: Purpose,
  here: Here = systemHost(systemClock),
): string => {
  const { host, bootId, pidNamespace, pid, startTicks = '' } = here.identity;
  return mkdtempSync(
    join(base, `${PREFIX}-${purpose}.${host}.${bootId}.${namespaceOf(pidNamespace)}.${pid}.${startTicks}.`),
  );
};

/** A name that cannot be checked from here (it is from another machine or container) may belong to a living process. */
const isOfDeadProcess = (name: string, { identity, processes }: Here): boolean => {
  const { host, boot = '', namespace, pid, ticks } = NAME.exec(name)?.groups ?? {};
  if (host !== identity.host) return false;
  if (!isSameBoot(boot, identity.bootId)) return true;
  return (
    namespace === namespaceOf(identity.pidNamespace) &&
    !processes.isRunning(Number(pid), ticks === '' ? undefined : Number(ticks))
  );
};

const isOurs = ({ uid }: Stats): boolean => uid === process.getuid?.();

/** Whether nobody else can put one of our directories there under another name. */
const isSafePlace = (base: string): boolean => {
  const stats = statSync(base);
  return (stats.uid === 0 || isOurs(stats)) && ((stats.mode & MAY_WRITE) === 0 || (stats.mode & STICKY) !== 0);
};

const isPrivateDirectory = (path: string): boolean => {
  const stats = lstatSync(path);
  return stats.isDirectory() && isOurs(stats) && (stats.mode & GROUP_AND_OTHERS) === 0;
};

const sweep = (base: string, here: () => Here): readonly string[] => {
  const names = readdirSync(base).filter((name) => NAME.test(name));
  if (names.length === 0 || !isSafePlace(base)) return [];
  const abandoned = names.filter((name) => isOfDeadProcess(name, here())).map((name) => join(base, name));
  return abandoned.filter((path) => {
    try {
      if (!isPrivateDirectory(path)) return false;
      rmSync(path, { recursive: true, force: true });
      return true;
    } catch {
      return false; // another run was faster
    }
  });
};

/**
 * Removes what killed processes of this user left behind in `bases`. Links are neither followed nor removed; what
 * belongs to others, or may belong to a living process, stays. Returns the paths.
 */
export const sweepTemporaryDirectories = (
  bases: readonly string[],
  here: () => Here = () => systemHost(systemClock),
): readonly string[] =>
  [...new Set(bases)].flatMap((base) => {
    try {
      return sweep(base, here);
    } catch {
      return []; // the directory does not exist, or this user may not read it
    }
  });
