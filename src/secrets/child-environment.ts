/** The environment for children: without the wrapper's variables, since some of them carry credentials. */
export const childEnvironment = (
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('SKOPEO_WRAPPER_')));
