import { writeSync } from 'node:fs';
import { isVersionRequest, versionLine } from './cli/version.ts';

/**
 * The first code that runs, in the binary and from npm. `--version` is answered before anything else is loaded, by a
 * plain write: Node's stream machinery alone would cost a fifth of the time.
 */
const boot = async (argv: readonly string[]): Promise<void> => {
  if (isVersionRequest(argv)) {
    writeSync(1, versionLine());
    return;
  }
  const { runProcess } = await import('./main.ts');
  await runProcess(argv);
};

boot(process.argv.slice(2)).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error; // the reader of --version went away
});
