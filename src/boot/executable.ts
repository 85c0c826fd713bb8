import { getRawAsset } from 'node:sea';
import { boot, type Program } from './boot.ts';
import { compileProgram } from './compile-program.ts';

/** V8's code cache of the program. There is none if the executable was made on a machine of another kind. */
const codeCache = (): Uint8Array | undefined => {
  try {
    return new Uint8Array(getRawAsset('program.v8-cache'));
  } catch {
    return undefined;
  }
};

/** Evaluates the program in the executable; scripts/package.mjs puts it there. */
export const loadEmbeddedProgram = (ownRequire: NodeJS.Require): Program => {
  const source = Buffer.from(getRawAsset('program.cjs')).toString('latin1'); // the bundle is ASCII
  return compileProgram({ source, filename: process.execPath, ownRequire, cachedData: codeCache() }).exports;
};

/**
 * The entry of the executables. It contains only what is needed to load the program, so that it compiles in no time.
 */
boot(process.argv.slice(2), () => loadEmbeddedProgram(require));
