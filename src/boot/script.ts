import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { boot, type Program } from './boot.ts';
import { compileProgram } from './compile-program.ts';

/** V8's code cache of the program, if the build has made one. */
const codeCache = (directory: string): Uint8Array | undefined => {
  try {
    return readFileSync(join(directory, 'program.v8-cache'));
  } catch {
    return undefined;
  }
};

/** Evaluates the bundled program of a directory. */
export const loadProgramFile = (ownRequire: NodeJS.Require, directory: string): Program => {
  const path = join(directory, 'program.cjs');
  const cachedData = codeCache(directory);
  // Without it, Node's own cache of modules helps, which bin/run.js turns on.
  if (cachedData === undefined) return ownRequire(path);
  const source = readFileSync(path).toString('latin1'); // the bundle is ASCII
  return compileProgram({ source, filename: path, ownRequire, cachedData }).exports;
};

/** The entry of `bin/run.js`: the bundles of `dist/`. */
boot(process.argv.slice(2), () => loadProgramFile(createRequire(import.meta.url), import.meta.dirname));
