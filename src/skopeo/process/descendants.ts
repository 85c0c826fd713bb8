import { readdirSync, readFileSync } from 'node:fs';

/** Direct children of all threads of a process; none where the system does not tell (not Linux). */
const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
};

/** Processes that a process has started, and theirs: the credential helpers that skopeo waits for. */
export const descendantsOf = (pid: number): number[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

/**
 * Ends all that a process has started. To be called before the process itself is ended: its orphans could no longer be
 * told from other processes. They would go on after its end, and hold its stderr open.
 */
export const killDescendants = (pid: number): void => {
  for (const descendant of descendantsOf(pid)) {
    try {
      process.kill(descendant, 'SIGKILL');
    } catch {
      // It has ended by itself meanwhile.
    }
  }
};
