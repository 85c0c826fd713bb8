import { defined } from '../../defined.ts';
import type { BlobKey, OutputEvent } from '../../tracking/events.ts';
import { type BlobRow, parseBlobRow } from './blob-row.ts';
import { LineSplitter, type OutputLine } from './line-splitter.ts';
import { parseDebugMessage, parseLogLine } from './log-line.ts';
import { parsePlainLine } from './plain-line.ts';

/** A row that a narrow window cuts (`Copying blob eb1d37…`) is ignored: it adds nothing to what whole rows say. */
const CUT_ROW = /^(?:Copying (?:blob|config) [0-9a-f]{0,11})?…$/;

const keyOf = (blob: BlobKey): string => `${blob.kind} ${blob.hex} ${blob.occurrence}`;

/**
 * Turns skopeo's stdout into events, both lines on a pipe and redrawn rows on a terminal of any size. Every frame
 * repeats all rows; only what is new in a row becomes an event. No screen is emulated, since a repeated row changes
 * nothing.
 */
export class StdoutParser {
  readonly #splitter = new LineSplitter();
  /** The last known state of each blob of the current image. */
  readonly #seen = new Map<string, string>();
  /** How often each blob has appeared in the current frame (terminal) or image (pipe). */
  readonly #inFrame = new Map<string, number>();
  /** An empty line is text before the first image (usage), and the end of a redrawn frame after that. */
  #imageSeen = false;

  push(chunk: Uint8Array): OutputEvent[] {
    return this.#splitter.push(chunk).flatMap((line) => this.#line(line));
  }

  end(): OutputEvent[] {
    return this.#splitter.end().flatMap((line) => this.#line(line));
  }

  #line({ text, startsFrame }: OutputLine): OutputEvent[] {
    if (startsFrame) this.#inFrame.clear();
    const row = parseBlobRow(text);
    if (row) return this.#row(row);
    if (text.trim() === '') return this.#imageSeen ? [] : [{ type: 'output-line', stream: 'stdout', text }];
    if (CUT_ROW.test(text)) return [];
    const log = parseLogLine(text);
    if (log) return [log];
    const meaning = parsePlainLine(text);
    if (meaning?.type === 'image-started' || meaning?.type === 'instance-started') this.#forgetImage();
    const line: OutputEvent = { type: 'output-line', stream: 'stdout', text };
    return meaning ? [line, meaning] : [line];
  }

  #row(row: BlobRow): OutputEvent[] {
    this.#imageSeen = true;
    const blob: BlobKey = { kind: row.kind, hex: row.hex, occurrence: this.#occurrence(row) };
    const key = keyOf(blob);
    const before = this.#seen.get(key);
    const now = `${row.state} ${row.readBytes} ${row.shownSizeBytes}`;
    if (before === now) return [];
    this.#seen.set(key, now);
    const events: OutputEvent[] = before === undefined ? [{ type: 'blob-started', blob }] : [];
    switch (row.state) {
      case 'progress':
        events.push({
          type: 'blob-progress',
          blob,
          ...defined({ readBytes: row.readBytes, shownSizeBytes: row.shownSizeBytes }),
        });
        break;
      case 'read':
        events.push({ type: 'blob-read', blob });
        break;
      case 'reused':
        events.push({ type: 'blob-reused', blob });
        break;
      case 'started':
        break;
    }
    return events;
  }

  /** A layer that an image holds twice has two rows in each frame, and two lines on a pipe. */
  #occurrence({ kind, hex }: BlobRow): number {
    if (kind === 'config') return 1;
    const occurrence = (this.#inFrame.get(hex) ?? 0) + 1;
    this.#inFrame.set(hex, occurrence);
    return occurrence;
  }

  #forgetImage(): void {
    this.#seen.clear();
    this.#inFrame.clear();
    this.#imageSeen = true;
  }
}

/** A line of stderr as skopeo wrote it, and its content. */
export interface ErrorLine {
  readonly text: string;
  readonly events: readonly OutputEvent[];
}

/** Turns skopeo's stderr (a pipe) into events: log entries, and any other line unchanged. */
export class StderrParser {
  readonly #splitter = new LineSplitter();

  push(chunk: Uint8Array): ErrorLine[] {
    return this.#splitter.push(chunk).map(({ text }) => this.#line(text));
  }

  end(): ErrorLine[] {
    return this.#splitter.end().map(({ text }) => this.#line(text));
  }

  #line(text: string): ErrorLine {
    const log = parseLogLine(text);
    if (!log) return { text, events: [{ type: 'output-line', stream: 'stderr', text }] };
    const meaning = log.level === 'debug' ? parseDebugMessage(log.message) : undefined;
    return { text, events: meaning ? [log, meaning] : [log] };
  }
}
