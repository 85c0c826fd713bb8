import { randomBytes } from 'node:crypto';

/** Names of run files begin with it; whatever else lies in the directory is none. */
const RUN_PREFIX = 'run.';

const RUN_NAME = /^run\.[\w.-]{1,100}$/;

/** A new name, never used before: `run.<base36 milliseconds>-<pid>-<random>`. */
export const newRunName = (wallMs: number, pid: number): string =>
  `${RUN_PREFIX}${Math.round(wallMs).toString(36)}-${pid}-${randomBytes(6).toString('hex')}`;

export const isRunName = (name: string): boolean => RUN_NAME.test(name);
