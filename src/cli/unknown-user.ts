import type { Context } from '../context.ts';

const STAND_INS = { SHELL: 'unknown', HOME: '/' } as const;

/**
 * Loads oclif for a user that the system does not know. While its modules are evaluated and configured, oclif asks for
 * the user's home and shell; for a user id without an entry in the passwd file, as Kubernetes gives them, that throws.
 * It does not ask where HOME and SHELL are set, so they are for as long as `load` takes.
 */
export const loadAsUnknownUser = async <T>(env: Context['env'], load: () => Promise<T>): Promise<T> => {
  const missing = Object.entries(STAND_INS).filter(([name]) => env[name] === undefined);
  for (const [name, value] of missing) process.env[name] = value;
  try {
    return await load();
  } finally {
    for (const [name] of missing) delete process.env[name];
  }
};
