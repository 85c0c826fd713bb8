import { Script } from 'node:vm';
import type { Program } from './boot.ts';

/** The bundle of `src/main.ts`, evaluated, and the script that it came from. */
export interface CompiledProgram {
  readonly exports: Program;
  readonly script: Script;
}

/**
 * Evaluates the bundled program as the body of a CommonJS module. With a code cache V8 need not compile what the cache
 * was made from; one that it refuses (`script.cachedDataRejected`) costs nothing but that time. V8 compares the length of
 * the source and its own version and flags.
 */
export const compileProgram = (
  source: string,
  ownRequire: NodeJS.Require,
  cachedData: Uint8Array | undefined,
): CompiledProgram => {
  const wrapped = `(function (exports, require, module, __filename) {${source}\n})`;
  const script = new Script(wrapped, { filename: 'skopeo-wrapper.cjs', ...(cachedData && { cachedData }) });
  const module = { exports: {} };
  script.runInThisContext()(module.exports, ownRequire, module, process.execPath);
  return { exports: module.exports as Program, script };
};
