import { execa } from 'execa';

/** Runs a program with text on its standard input; its output and exit status, whatever they are. */
export const pipeThrough = async (input: string, file: string, ...args: string[]) => {
  const { stdout, stderr, exitCode } = await execa(file, args, { input, reject: false });
  return { stdout, stderr, exitCode };
};

/** Why a test that needs a program has to be skipped; `false`: it can run. */
export const missing = async (file: string, ...args: string[]): Promise<string | false> => {
  const { exitCode } = await execa(file, args, { reject: false });
  return exitCode === 0
    ? false
    : `${[file, ...args].join(' ')} does not run here: npm test installs it on Debian and Ubuntu`;
};
