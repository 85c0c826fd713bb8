import { join } from 'node:path';
import { buildProgram } from '../../scripts/build.mjs';
import { CLI } from '../support/process.ts';

const OUTFILE = join(import.meta.dirname, '../../.cache/dropin/skopeo-wrapper.cjs');

/**
 * The program that is compared: the packaged one, where the environment names it, else the sources in one file, which
 * starts in a third of the time.
 */
export const bundle = async (): Promise<readonly [string, ...string[]]> => {
  if (process.env.SKOPEO_WRAPPER !== undefined) return CLI;
  await buildProgram(OUTFILE);
  return [process.execPath, OUTFILE];
};
