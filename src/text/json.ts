import type * as z from 'zod';

/** The value of a JSON text, if it has that shape; undefined if it is not JSON or has another shape. */
export const parseJson = <T>(text: string | Uint8Array, schema: z.ZodType<T>): T | undefined => {
  try {
    return schema.safeParse(JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'))).data;
  } catch {
    return undefined;
  }
};

/** `exitCode` → `exit_code`: how all names are written in JSON for other programs. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
