/** Writes `docs/errors.md` from the failure table. Usage: npx node scripts/write-errors-document.ts */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorsDocument } from './errors-document.ts';

const docs = join(import.meta.dirname, '../docs');
mkdirSync(docs, { recursive: true });
writeFileSync(join(docs, 'errors.md'), errorsDocument());
