import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildProgram } from '../../scripts/build.mjs';
import { CLI } from './process.ts';

/** A way to start the wrapper. */
export interface Bundle extends AsyncDisposable {
  readonly program: readonly [string, ...string[]];
}

/**
 * The sources in one file, as they are packaged, for tests that start the wrapper very often: that takes a third of the
 * time. Where the environment names a program (`SKOPEO_WRAPPER`), that one.
 */
export const bundle = async (): Promise<Bundle> => {
  if (process.env.SKOPEO_WRAPPER !== undefined) return { program: CLI, [Symbol.asyncDispose]: async () => undefined };
  // Below the project, since it looks for the addon of pseudo-terminals from where it is.
  const directory = join(import.meta.dirname, `../../.cache/bundle/${process.pid}`);
  await mkdir(directory, { recursive: true });
  const { boot } = await buildProgram(directory);
  return {
    program: [process.execPath, boot],
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
};
