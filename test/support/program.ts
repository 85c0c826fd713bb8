import { writeFileSync } from 'node:fs';

/**
 * Writes a shell script that can be run. It is written at one go, as a process that is started while the file is open
 * for writing holds it open for some moments more, and who runs the script then gets ETXTBSY.
 */
export const writeProgram = (path: string, script: string): string => {
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
};
