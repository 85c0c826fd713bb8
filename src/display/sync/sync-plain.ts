import type { Context } from '../../context.ts';
import { formatBytes, formatSeconds } from '../../text/format.ts';
import { printable } from '../../text/printable.ts';
import type { TrackedOperation } from '../../tracking/tracked-operation.ts';
import { imageLines } from './image-lines.ts';
import type { SyncDisplay, SyncDisplayOptions } from './sync-display.ts';
import { isForPeople, syncText } from './sync-text.ts';

const INTERVAL_MS = 30_000;

/** Progress for logs: a line every half minute, and one for each image that was copied. */
export const syncPlain = (
  { isSilent, printLines, debug }: SyncDisplayOptions,
  { stdout, stderr }: Context,
): SyncDisplay => {
  const print = printLines ? imageLines(stdout) : undefined;
  const running = new Set<TrackedOperation>();
  let timer: NodeJS.Timeout | undefined;
  const say = (text: string): void => void stderr.write(`${printable(text)}\n`);
  return {
    onStart: (run) => {
      if (isSilent) return;
      const live = () => [...running].map((image) => image.live());
      timer = setInterval(() => say(`sync: ${syncText(run, live())}`), INTERVAL_MS);
    },
    onEvent: (event, image) => {
      print?.(event, image);
      if (event.type === 'operation-started') running.add(image);
      if (event.type !== 'operation-finished') return;
      running.delete(image);
      const { result } = event;
      if (isSilent || result.outcome !== 'success') return;
      const effort = `${formatBytes(result.transferredBytes)} in ${formatSeconds(result.durationSeconds)}`;
      say(`copied ${result.source} -> ${result.destination}: ${effort}`);
    },
    onErrorLine: (line) => {
      if (isForPeople(line, debug)) say(line.text);
    },
    onEnd: () => clearInterval(timer),
  };
};
