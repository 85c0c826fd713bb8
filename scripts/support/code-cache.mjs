import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** What decides, beside the program itself, what is in a code cache. */
export const WARM_UP = join(import.meta.dirname, 'warm-up.ts');

/** Writes V8's code cache of the bundle `program` to `output`, made by the very Node that is to read it. */
export const makeCodeCache = ({ node, program, output }) =>
  void execFileSync(node, [WARM_UP, program, output], { stdio: ['ignore', 'ignore', 'inherit'] });
