import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const DESCRIPTORS = '/proc/self/fd';
const FIRST_BEYOND_STREAMS = 3;
/** The flags in `/proc/self/fdinfo/N` are octal (proc(5)). */
const [CLOSE_ON_EXEC, ACCESS_MODE, READS, WRITES] = [0o2000000, 0o3, 0, 1];

/** The kinds of descriptors that Node itself opens before any code runs, besides pipes. */
const OF_NODE: ReadonlySet<string> = new Set([
  'anon_inode:[eventpoll]',
  'anon_inode:[eventfd]',
  'anon_inode:[io_uring]',
]);

interface OpenDescriptor {
  readonly fd: number;
  readonly target: string;
  readonly flags: number;
}

const describe = (fd: number): OpenDescriptor[] => {
  try {
    const flags = /^flags:\s*([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];
    return [{ fd, target: readlinkSync(`${DESCRIPTORS}/${fd}`), flags: Number.parseInt(flags ?? '0', 8) }];
  } catch {
    return []; // the descriptor with which the directory was read
  }
};

const openDescriptors = (): OpenDescriptor[] => {
  try {
    const numbers = readdirSync(DESCRIPTORS).map(Number);
    return numbers
      .filter((fd) => fd >= FIRST_BEYOND_STREAMS)
      .sort((one, other) => one - other)
      .flatMap(describe);
  } catch {
    return [];
  }
};

/** Whether Node has both ends of a pipe: its signal handlers use such pipes to wake it. */
const isPipeOfNode = ({ target }: OpenDescriptor, all: readonly OpenDescriptor[]): boolean => {
  if (!target.startsWith('pipe:')) return false;
  const modes = all.filter((other) => other.target === target).map(({ flags }) => flags & ACCESS_MODE);
  return modes.includes(READS) && modes.includes(WRITES);
};

/**
 * Descriptors above 2 that the parent process gave to this one (`3<file`, `9>lock`, systemd's sockets), in order; none
 * if the system does not show them (not Linux). Call this before anything else. Node has set close-on-exec on most of
 * them by then, which cannot be undone, and has opened some of its own, which differ only in their kind.
 */
export const inheritedDescriptors = (): readonly number[] => {
  const all = openDescriptors();
  const isOfNode = (descriptor: OpenDescriptor): boolean =>
    (descriptor.flags & CLOSE_ON_EXEC) !== 0 && (OF_NODE.has(descriptor.target) || isPipeOfNode(descriptor, all));
  return all.filter((descriptor) => !isOfNode(descriptor)).map(({ fd }) => fd);
};
