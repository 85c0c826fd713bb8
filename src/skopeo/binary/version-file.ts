import { readFileSync, writeFileSync } from 'node:fs';
import * as z from 'zod';
import { parseJson } from '../../text/json.ts';
import type { VersionCache } from './version.ts';

const schema = z.object({ key: z.string(), version: z.string().max(100) });

/** Remembers the version of one skopeo in a small file. A file that cannot be read or written is done without. */
export const versionFile = (path: string): VersionCache => ({
  get: (key) => {
    try {
      const known = parseJson(readFileSync(path, 'utf8'), schema);
      return known?.key === key ? known.version : undefined;
    } catch {
      return undefined;
    }
  },
  set: (key, version) => {
    try {
      writeFileSync(path, JSON.stringify({ key, version }), { mode: 0o640 });
    } catch {
      // Asking skopeo again costs a few milliseconds.
    }
  },
});
