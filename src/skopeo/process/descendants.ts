import { readdirSync, readFileSync } from 'node:fs';

/** Direct children of all threads of a process; none if the system does not show them (not Linux). */
const childrenOf = (pid: number): number[] => {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
};

/** The processes that a process has started, and theirs: the credential helpers for which skopeo waits. */
export const descendantsOf = (pid: number): number[] =>
  childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);

/**
 * Ends everything that a process has started. Call this before the process itself is ended: afterwards its orphans
 * cannot be distinguished from other processes. They would go on after its end, and hold its stderr open.
 */
export const killDescendants = (pid: number): void => {
  for (const descendant of descendantsOf(pid)) {
    try {
      process.kill(descendant, 'SIGKILL');
    } catch {
      // It ended by itself meanwhile.
    }
  }
};
