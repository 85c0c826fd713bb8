import * as z from 'zod';
import { DURATION_HINT, parseDuration } from '../../command-line/values.ts';
import { usageError, WrapperError, withNextStep } from '../../errors/wrapper-error.ts';

/** A string that `parse` accepts; the message of its error becomes the issue of the schema. */
export const parsedBy = (parse: (text: string) => unknown, base: z.ZodString = z.string().min(1)) =>
  base.superRefine((text, context) => {
    if (text === '') return; // the schema of the string has reported it
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof WrapperError)) throw error;
      context.addIssue({ code: 'custom', message: withNextStep(error) });
    }
  });

const LONG_UNIT_SECONDS: Readonly<Record<string, bigint>> = { d: 86_400n, w: 604_800n };

/** What to write instead of a bad duration. */
export const AGE_HINT = `${DURATION_HINT}, or days as in 30d`;

/**
 * Seconds of a duration, as everywhere in the program, and also of whole days and weeks (`30d`, `2w`), for ages.
 * @throws WrapperError `usage` when the text is not a duration.
 */
export const durationSeconds = (text: string): number => {
  const [, count, unit = ''] = /^(\d+)([dw])$/.exec(text) ?? [];
  const seconds = parseDuration(count === undefined ? text : `${BigInt(count) * (LONG_UNIT_SECONDS[unit] ?? 0n)}s`);
  if (seconds === undefined) throw usageError(`must be ${AGE_HINT}`);
  return seconds;
};
