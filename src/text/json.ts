import type * as z from 'zod';

/** What a text says as JSON of that shape; undefined where it is no JSON or of another shape. */
export const parseJson = <T>(text: string | Uint8Array, schema: z.ZodType<T>): T | undefined => {
  try {
    return schema.safeParse(JSON.parse(typeof text === 'string' ? text : Buffer.from(text).toString('utf8'))).data;
  } catch {
    return undefined;
  }
};

/** `exitCode` → `exit_code`: how every name is written in JSON for other programs. */
export const snakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
