import * as z from 'zod';
import { WrapperError } from '../../errors/wrapper-error.ts';

/** A string that `parse` accepts; its error's words become the issue of the schema. */
export const parsedBy = (parse: (text: string) => unknown, base: z.ZodString = z.string().min(1)) =>
  base.superRefine((text, context) => {
    if (text === '') return; // told by the base
    try {
      parse(text);
    } catch (error) {
      if (!(error instanceof WrapperError)) throw error;
      const message = error.next === undefined ? error.message : `${error.message}. ${error.next}`;
      context.addIssue({ code: 'custom', message });
    }
  });
