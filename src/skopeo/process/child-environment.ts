import type { Env } from '../../context.ts';
/** The environment for children: without the wrapper's variables, since some of them carry credentials. */
export const childEnvironment = (env: Env): Env =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SKOPEO_WRAPPER_')));
