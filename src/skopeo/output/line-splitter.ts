import { StringDecoder } from 'node:string_decoder';

/** One line of a stream, without its end and without terminal control. */
export interface OutputLine {
  readonly text: string;
  /** A cursor-up sequence came before the text: the line is the first row of a redrawn frame. */
  readonly startsFrame: boolean;
}

/**
 * The longest line that is kept; of a longer one only the length of the rest is reported. skopeo's longest lines are
 * error texts of some KiB.
 */
const MAX_LINE_CHARACTERS = 64 * 1024;

const CONTROL_SEQUENCE = /\x1b\[[\d;?]*[A-Za-z]/g;
const CURSOR_UP = /^\r?(?:\x1b\[\d*[B-Z])*\x1b\[\d*A/;
const CONTROL_CHARACTERS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

const toLine = (raw: string): OutputLine => ({
  text: raw.replace(CONTROL_SEQUENCE, '').replace(CONTROL_CHARACTERS, ''),
  startsFrame: CURSOR_UP.test(raw),
});

/**
 * Splits a stream of bytes into lines, independently of how reads split it. It handles half characters, missing line
 * ends and endless lines (memory stays limited).
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  #tail = '';
  /** Number of characters of the line in `#tail` that were not kept. */
  #cut = 0;

  /** The lines that `chunk` completes. */
  push(chunk: Uint8Array): OutputLine[] {
    return this.#split(this.#decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)));
  }

  /** The rest without a line end; call this once, at the end of the stream. */
  end(): OutputLine[] {
    const rest = this.#split(this.#decoder.end());
    return this.#tail === '' ? rest : [...rest, this.#take()];
  }

  #take(): OutputLine {
    const line = toLine(this.#tail);
    const cut = this.#cut;
    this.#tail = '';
    this.#cut = 0;
    return cut === 0 ? line : { ...line, text: `${line.text}… [${cut} more characters]` };
  }

  #add(piece: string): void {
    const kept = piece.slice(0, MAX_LINE_CHARACTERS - this.#tail.length);
    this.#tail += kept;
    this.#cut += piece.length - kept.length;
  }

  #split(text: string): OutputLine[] {
    const pieces = text.split('\n');
    this.#add(pieces.shift() ?? '');
    return pieces.map((piece) => {
      const line = this.#take();
      this.#add(piece);
      return line;
    });
  }
}
