import type { Writable } from 'node:stream';
import { HIDDEN, redactSecrets } from './redact.ts';
import type { Secret } from './secret.ts';
import { base64Pattern, textPattern } from './spellings.ts';

/** A shorter text is part of nearly every word: hiding it would hide what happened. */
const SHORTEST = 3;

/** The longest pattern comes first: a password may be the beginning of another one. */
const anyOf = (patterns: readonly string[]): RegExp =>
  new RegExp(patterns.toSorted((one, other) => other.length - one.length).join('|'), 'gu');

/**
 * Knows every secret of a run, whatever its source, and hides each of them in everything that is shown, written or
 * stored: as it is, and as logs, URLs, JSON, Go, HTML and base64 write it.
 */
export class Redactor {
  readonly #patterns = new Set<string>();
  #pattern: RegExp | undefined;

  /** Hides this secret from now on. */
  learn(secret: Secret): void {
    this.#learn(secret.reveal());
  }

  /** Hides this login's password from now on, alone and after the user name, as HTTP and authfiles write it. */
  learnLogin({ username, password }: { readonly username: string; readonly password: Secret }): void {
    this.learn(password);
    this.#learn(`${username}:${password.reveal()}`);
  }

  #learn(text: string): void {
    if (text.length < SHORTEST) return;
    this.#patterns.add(textPattern(text)).add(base64Pattern(text));
    this.#pattern = undefined;
  }

  /** A value as JSON, with all secrets in its texts hidden. */
  json(value: unknown, indent?: number): string {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? this.redact(part) : part), indent);
  }

  /**
   * Hides secrets in all text that is written to the stream from now on. Dispose of the result to restore the stream.
   */
  guard(stream: Pick<Writable, 'write'>): Disposable {
    const { write } = stream;
    stream.write = (chunk: unknown, ...rest: unknown[]) =>
      Reflect.apply(write, stream, [typeof chunk === 'string' ? this.redact(chunk) : chunk, ...rest]);
    return {
      [Symbol.dispose]: () => {
        stream.write = write;
      },
    };
  }

  /** The text with all secrets hidden. The time is proportional to the length of the text. */
  readonly redact = (text: string): string => {
    if (this.#patterns.size > 0) this.#pattern ??= anyOf([...this.#patterns]);
    return redactSecrets(this.#pattern === undefined ? text : text.replace(this.#pattern, HIDDEN));
  };
}
