import { Script } from 'node:vm';
import type { Program } from './boot.ts';

/** The bundle of `src/main.ts`, evaluated, and the script that it came from. */
export interface CompiledProgram {
  readonly exports: Program;
  readonly script: Script;
}

export interface ProgramSource {
  readonly source: string;
  /** What the program takes for its own file: it looks for native code from there. */
  readonly filename: string;
  readonly ownRequire: NodeJS.Require;
  readonly cachedData?: Uint8Array | undefined;
}

/**
 * Evaluates the bundled program as the body of a CommonJS module. With a code cache V8 need not compile what the cache
 * was made from; one that it refuses (`script.cachedDataRejected`) costs nothing but that time. V8 compares the length of
 * the source and its own version and flags: a cache must never be used by another program than the one it was made from.
 */
export const compileProgram = ({ source, filename, ownRequire, cachedData }: ProgramSource): CompiledProgram => {
  const wrapped = `(function (exports, require, module, __filename) {${source}\n})`;
  const script = new Script(wrapped, { filename, ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, ownRequire, module, filename);
  return { exports: module.exports as Program, script };
};
