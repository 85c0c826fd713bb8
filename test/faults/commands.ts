import type { Passage } from './arena.ts';
import type { Fault } from './fault.ts';

/** Commands that move images; every fault is tried with each that a test names. */
export type Command = 'copy';

const tlsFlag = ({ side }: Fault): string =>
  side === 'download' ? '--src-tls-verify=false' : '--dest-tls-verify=false';

const allFlags = (passage: Passage, fault: Fault): string[] => [
  tlsFlag(fault),
  ...(passage.flags ?? []),
  ...(fault.flags ?? []),
];

/** What a command is called with to move the image of a passage, after the wrapper's own flags. */
export const COMMANDS: Readonly<Record<Command, (passage: Passage, fault: Fault) => readonly string[]>> = {
  copy: (passage, fault) => ['copy', ...allFlags(passage, fault), passage.source, passage.destination],
};
