import { getRawAsset } from 'node:sea';
import { boot, type Program } from './boot.ts';
import { compileProgram } from './compile-program.ts';

/** V8's code cache of the program. There is none if the executable was made by a machine of another kind. */
const codeCache = (): Uint8Array | undefined => {
  try {
    return new Uint8Array(getRawAsset('program.v8-cache'));
  } catch {
    return undefined;
  }
};

/** Evaluates the program that lies within the executable; scripts/package.mjs puts it there. */
export const loadEmbeddedProgram = (ownRequire: NodeJS.Require): Program => {
  const source = Buffer.from(getRawAsset('program.cjs')).toString('latin1'); // the bundle is ASCII
  return compileProgram({ source, filename: process.execPath, ownRequire, cachedData: codeCache() }).exports;
};

/** The entry of the executables. All but the way to the program stays out of it, so that it is compiled in no time. */
boot(process.argv.slice(2), () => loadEmbeddedProgram(require));
