import { readFileSync } from 'node:fs';

/** Bytes a process has moved through read(2) and write(2) since its start, files and sockets alike. */
export interface ProcessIo {
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Reads `/proc/<pid>/io`; undefined where there is none (not Linux, another user's process, a process that is gone). */
export const readProcessIo = (pid: number): ProcessIo | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/io`, 'utf8');
    const read = /^rchar: (\d+)$/m.exec(text)?.[1];
    const written = /^wchar: (\d+)$/m.exec(text)?.[1];
    if (read === undefined || written === undefined) return undefined;
    return { readBytes: Number(read), writtenBytes: Number(written) };
  } catch {
    return undefined;
  }
};
