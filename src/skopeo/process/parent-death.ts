import { accessSync, constants } from 'node:fs';
import { isAbsolute } from 'node:path';
import { execa } from 'execa';
import type { Env } from '../../context.ts';

/**
 * What is put before a program's command line so that the kernel ends the program when this process dies, however it
 * dies; empty if this is not possible. The program keeps the pid that was started.
 */
export type Launcher = readonly string[];

/** util-linux 2.33 (2018); busybox' applet of that name does not have the option. */
const SETPRIV = ['setpriv', '--pdeathsig', 'TERM'] as const;
/** Only a safety limit: on a busy host a program takes long to start. */
const PROBE_TIMEOUT_MS = 60_000;

/**
 * Tries whether `setpriv` of util-linux exists and may be used. Never rejects. Without it skopeo still ends at its next
 * output, since the reader is gone; but a silent skopeo would go on after the wrapper was killed.
 */
export const findLauncher = async (env: Env): Promise<Launcher> => {
  const [file, ...options] = SETPRIV;
  const { failed } = await execa(file, [...options, 'true'], {
    env,
    extendEnv: false,
    reject: false,
    stdio: 'ignore',
    timeout: PROBE_TIMEOUT_MS,
  });
  return failed ? [] : SETPRIV;
};

/**
 * The command line to start. A program that cannot be run is started directly, so that the failure is that of the
 * system (ENOENT, EACCES) and not an exit status of the launcher.
 */
export const launch = (
  launcher: Launcher,
  binary: string,
  args: readonly string[],
): readonly [file: string, args: readonly string[]] => {
  const [file, ...before] = launcher;
  return file === undefined || !isExecutable(binary) ? [binary, args] : [file, [...before, binary, ...args]];
};

const isExecutable = (binary: string): boolean => {
  try {
    accessSync(binary, constants.X_OK);
    return isAbsolute(binary);
  } catch {
    return false;
  }
};
