import { readdir, readFile } from 'node:fs/promises';

/** What a long-lived process and the state directory hold at one moment. */
export interface Holdings {
  readonly residentKb: number;
  readonly descriptors: number;
  readonly stateFiles: number;
}

export const holdingsOf = async (pid: number, stateDir: string): Promise<Holdings> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return {
    residentKb: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]),
    descriptors: (await readdir(`/proc/${pid}/fd`)).length,
    stateFiles: (await readdir(stateDir, { recursive: true })).length,
  };
};

/** A heap breathes; what leaks goes beyond this in an hour. */
const MEMORY_SLACK_KB = 60_000;
const DESCRIPTOR_SLACK = 8;
/** Runs are folded once a minute: those of two minutes may lie there. */
const MOST_STATE_FILES = 600;

/** What has grown from the warm process to the end. */
export const growth = (warm: Holdings, end: Holdings): string[] => [
  ...(end.residentKb - warm.residentKb > MEMORY_SLACK_KB
    ? [`memory: ${warm.residentKb} kB to ${end.residentKb} kB`]
    : []),
  ...(end.descriptors - warm.descriptors > DESCRIPTOR_SLACK
    ? [`descriptors: ${warm.descriptors} to ${end.descriptors}`]
    : []),
  ...(end.stateFiles > MOST_STATE_FILES ? [`${end.stateFiles} files in the state directory`] : []),
];
