import type { Writable } from 'node:stream';
import { HIDDEN, redactSecrets } from './redact.ts';
import type { Secret } from './secret.ts';
import { base64Pattern, textPattern } from './spellings.ts';

/** A shorter text is found in nearly every word: to hide it would hide what happened. */
const SHORTEST = 3;

/** The longest first: a password may be the beginning of another one. */
const anyOf = (patterns: readonly string[]): RegExp =>
  new RegExp(patterns.toSorted((one, other) => other.length - one.length).join('|'), 'gu');

/**
 * Knows every secret of a run, however it came in, and hides each of them in all that is shown, written or stored: as it
 * is, and as logs, URLs, JSON, Go, HTML and base64 write it.
 */
export class Redactor {
  readonly #patterns = new Set<string>();
  #pattern: RegExp | undefined;

  /** From now on this is hidden. */
  learn(secret: Secret): void {
    this.#learn(secret.reveal());
  }

  /** From now on this login's password is hidden, alone and behind the user's name, as HTTP and authfiles have it. */
  learnLogin({ username, password }: { readonly username: string; readonly password: Secret }): void {
    this.learn(password);
    this.#learn(`${username}:${password.reveal()}`);
  }

  #learn(text: string): void {
    if (text.length < SHORTEST) return;
    this.#patterns.add(textPattern(text)).add(base64Pattern(text));
    this.#pattern = undefined;
  }

  /** JSON of a value, no text of which holds a secret. */
  json(value: unknown, indent?: number): string {
    return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? this.redact(part) : part), indent);
  }

  /** What is written to the stream from now on, as text, holds no secret. Dispose it to have the stream as it was. */
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

  /** The text without any secret. Takes time in proportion to its length. */
  readonly redact = (text: string): string => {
    if (this.#patterns.size > 0) this.#pattern ??= anyOf([...this.#patterns]);
    return redactSecrets(this.#pattern === undefined ? text : text.replace(this.#pattern, HIDDEN));
  };
}
