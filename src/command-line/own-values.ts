import { JOB_NAME as JOB_NAME_LABEL } from '../metrics/contract/label-values.ts';
import { type ListenAddress, readListenAddress } from '../metrics/listener/addresses.ts';
import { DURATION_HINT, parseDuration } from './duration.ts';

/** A value of a flag of ours: undefined from `parse` means the text is bad. */
export interface OwnValue<T> {
  readonly parse: (text: string) => T | undefined;
  /** What a good value looks like; for error texts. */
  readonly hint: string;
}

export const NON_EMPTY: OwnValue<string> = {
  parse: (text) => (text === '' ? undefined : text),
  hint: 'a path or name that is not empty',
};

export const DURATION_SECONDS: OwnValue<number> = { parse: parseDuration, hint: DURATION_HINT };

/** A duration of which 0 makes no sense. */
export const POSITIVE_SECONDS: OwnValue<number> = {
  parse: (text) => parseDuration(text) || undefined,
  hint: `${DURATION_HINT}, more than 0`,
};

export const JOB_NAME: OwnValue<string> = {
  parse: (text) => (JOB_NAME_LABEL.pattern.test(text) ? text : undefined),
  hint: '1 to 64 letters, digits, "_", "." or "-"',
};

export const LISTEN_ADDRESS: OwnValue<ListenAddress> = {
  parse: readListenAddress,
  hint: '[HOST:]PORT, such as 9100 or 127.0.0.1:9100, or :PORT for every interface',
};

/** One of a few words. */
export const oneOf = <const Word extends string>(...words: readonly Word[]): OwnValue<Word> => ({
  parse: (text) => words.find((word) => word === text),
  hint: `one of ${words.join(', ')}`,
});
