import ora from 'ora';
import type { Context } from '../../context.ts';
import { printable } from '../../text/printable.ts';
import type { SyncRunTracker } from '../../tracking/sync-run-tracker.ts';
import type { TrackedOperation } from '../../tracking/tracked-operation.ts';
import { cutLine, MARGIN_COLUMNS } from '../bars.ts';
import { drawable } from '../drawable.ts';
import { watchSuspension } from '../suspension.ts';
import { imageLines } from './image-lines.ts';
import type { SyncDisplay, SyncDisplayOptions } from './sync-display.ts';
import { imageText, isForPeople, syncText } from './sync-text.ts';

const REDRAW_MS = 150;
/** More lines would push the total line out of a small window. */
const MAX_IMAGE_LINES = 12;

/** The run on a terminal: a total line, and a line for each image that is being copied. */
export const syncBars = ({ printLines, debug }: SyncDisplayOptions, context: Context): SyncDisplay => {
  const { stdout } = context;
  const stderr = drawable(context.stderr);
  const spinner = ora({
    stream: stderr as NodeJS.WriteStream,
    isEnabled: true,
    hideCursor: false,
    discardStdin: false,
  });
  const print = printLines ? imageLines(stdout) : undefined;
  const running = new Set<TrackedOperation>();
  let timer: NodeJS.Timeout | undefined;
  let suspension: Disposable | undefined;
  const draw = (run: SyncRunTracker): void => {
    const columns = Math.max(10, stderr.columns - MARGIN_COLUMNS);
    const live = [...running].map((image) => image.live());
    const lines = [syncText(run, live), ...live.slice(0, MAX_IMAGE_LINES).map((each) => `  ${imageText(each)}`)];
    spinner.text = lines.map((line) => cutLine(line, columns)).join('\n');
  };
  return {
    onStart: (run) => {
      draw(run);
      spinner.start();
      timer = setInterval(() => draw(run), REDRAW_MS);
      suspension = watchSuspension(context, { hide: () => spinner.clear(), show: () => spinner.render() });
    },
    onEvent: (event, image) => {
      print?.(event, image);
      if (event.type === 'operation-started') running.add(image);
      if (event.type === 'operation-finished') running.delete(image);
    },
    onErrorLine: (line) => {
      if (!isForPeople(line, debug)) return;
      spinner.clear();
      stderr.write(`${printable(line.text)}\n`);
      spinner.render();
    },
    onEnd: () => {
      clearInterval(timer);
      suspension?.[Symbol.dispose]();
      spinner.stop();
    },
  };
};
