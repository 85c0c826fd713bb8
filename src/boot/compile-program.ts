import { Script } from 'node:vm';
import type { Program } from './boot.ts';

/** The evaluated bundle of `src/main.ts`, and the script that it came from. */
export interface CompiledProgram {
  readonly exports: Program;
  readonly script: Script;
}

export interface ProgramSource {
  readonly source: string;
  /** The path that the program gets as its own file: it searches for native code from there. */
  readonly filename: string;
  readonly ownRequire: NodeJS.Require;
  readonly cachedData?: Uint8Array | undefined;
}

/**
 * Evaluates the bundled program as the body of a CommonJS module. With a code cache V8 need not compile the code from
 * which the cache was made; if V8 rejects the cache (`script.cachedDataRejected`), this only costs the time of
 * compiling. V8 compares the length of the source and its own version and flags. So a cache must never be used for
 * another program than the one from which it was made.
 */
export const compileProgram = ({ source, filename, ownRequire, cachedData }: ProgramSource): CompiledProgram => {
  const wrapped = `(function (exports, require, module, __filename) {${source}\n})`;
  const script = new Script(wrapped, { filename, ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, ownRequire, module, filename);
  return { exports: module.exports as Program, script };
};
