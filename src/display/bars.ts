import ora, { type Ora } from 'ora';
import type { Context } from '../context.ts';
import { formatBytes, formatPercent } from '../text/format.ts';
import { printable } from '../text/printable.ts';
import { sizeOf, type TrackedBlob } from '../tracking/tracked-blob.ts';
import type { TrackedOperation } from '../tracking/tracked-operation.ts';
import { drawable } from './drawable.ts';
import { summaryText, totalText } from './progress-text.ts';
import type { Renderer } from './renderer.ts';
import { watchSuspension } from './suspension.ts';

const REDRAW_MS = 150;
const DIGEST_DIGITS = 12;
const MAX_CELLS = 30;
/** A shorter bar shows no more than its numbers do. */
const MIN_CELLS = 8;
/** The widest text around a bar: indent, `config` and digest, brackets and spaces, `1023.9 MiB / 1023.9 MiB 100%`. */
const COLUMNS_AROUND_BAR = 2 + 19 + 4 + 28;
/** ora's symbol and a space before the text, and one column because some terminals wrap at the last one. */
export const MARGIN_COLUMNS = 3;

const bar = (fraction: number, cells: number): string => {
  const full = Math.min(cells, Math.floor(fraction * cells));
  return `[${'='.repeat(full)}${full < cells ? '>' : ''}${'-'.repeat(Math.max(0, cells - full - 1))}]`;
};

const blobLine = (blob: TrackedBlob, columns: number): string => {
  const name = `${blob.key.kind === 'config' ? 'config' : 'blob  '} ${blob.key.hex.slice(0, DIGEST_DIGITS).padEnd(DIGEST_DIGITS)}`;
  const size = sizeOf(blob);
  if (blob.state === 'read') return `${name} read, being stored`;
  if (size === undefined || size === 0) return `${name} ${formatBytes(blob.readBytes)}`;
  const fraction = Math.min(1, blob.readBytes / size);
  const numbers = `${formatBytes(blob.readBytes)} / ${formatBytes(size)} ${formatPercent(fraction * 100)}`;
  const cells = Math.min(MAX_CELLS, columns - COLUMNS_AROUND_BAR);
  return cells < MIN_CELLS ? `${name} ${numbers}` : `${name} ${bar(fraction, cells)} ${numbers}`;
};

/** A line that a terminal does not wrap and that contains no control characters. */
export const cutLine = (line: string, columns: number): string => {
  const text = printable(line);
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
};

/** An operation in progress as text: a total line, and a line for each blob that is being copied. */
export const barsText = (tracker: TrackedOperation, nowMs: number, columns: number): string => {
  const view = tracker.view();
  const usable = Math.max(10, columns - MARGIN_COLUMNS);
  const running = view.blobs.filter(({ state }) => state === 'running' || state === 'read');
  const lines = [totalText(view, nowMs), ...running.map((blob) => `  ${blobLine(blob, usable)}`)];
  return lines.map((line) => cutLine(line, usable)).join('\n');
};

/** Live bars on a terminal. Other lines for people appear above them. */
export const bars = (context: Context): Renderer & { say(text: string): void } => {
  const { clock } = context;
  const stream = drawable(context.stderr);
  const spinner: Ora = ora({ stream, isEnabled: true, hideCursor: false, discardStdin: false });
  let timer: NodeJS.Timeout | undefined;
  let redraw: () => void = () => undefined;
  let suspension: Disposable | undefined;
  return {
    say: (text) => {
      const { isSpinning } = spinner;
      if (isSpinning) spinner.clear();
      stream.write(`${text}\n`);
      if (isSpinning) spinner.render();
    },
    onEvent: (event, tracker) => {
      if (event.type !== 'operation-started') return;
      redraw = () => {
        spinner.text = barsText(tracker, clock.monotonicMs(), stream.columns);
      };
      redraw();
      spinner.start();
      timer = setInterval(redraw, REDRAW_MS);
      stream.on('resize', redraw);
      suspension = watchSuspension(context, { hide: () => spinner.clear(), show: () => spinner.render() });
    },
    onEnd: ({ result }) => {
      clearInterval(timer);
      stream.off('resize', redraw);
      suspension?.[Symbol.dispose]();
      if (result.outcome === 'success') spinner.succeed(summaryText(result));
      else spinner.fail(summaryText(result));
    },
  };
};
