import { writeSync } from 'node:fs';
import { isVersionRequest, versionLine } from '../cli/version.ts';
import { inheritedDescriptors } from '../host/inherited-descriptors.ts';

/** The exports of `src/main.ts`. */
export type Program = Pick<typeof import('../main.ts'), 'runProgram' | 'runProcess'>;

/**
 * The first code that runs. `--version` is answered by a plain write before the program is loaded: Node's streams alone
 * would cost a fifth of the time.
 */
export const boot = async (argv: readonly string[], load: () => Promise<Program> | Program): Promise<void> => {
  try {
    if (isVersionRequest(argv)) return void writeSync(1, versionLine());
    const inherited = inheritedDescriptors();
    await (await load()).runProcess(argv, inherited);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPIPE') throw error; // the reader of --version has gone
  }
};
