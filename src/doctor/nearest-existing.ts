import { existsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The path itself, or the nearest directory above it that is there. `path` is absolute. */
export const nearestExisting = (path: string): string =>
  existsSync(path) || dirname(path) === path ? path : nearestExisting(dirname(path));
