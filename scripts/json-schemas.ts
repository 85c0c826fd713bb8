/**
 * Writes the JSON Schemas of what scripts may build on into `schema/`. A test compares.
 * Usage: npx node scripts/json-schemas.ts
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DOCTOR_REPORT } from '../src/display/doctor.ts';
import { EVENT } from '../src/display/event-json.ts';
import { RESULT } from '../src/display/result-json.ts';
import { SYNC_CHECK } from '../src/display/sync/check-json.ts';
import { SYNC_PLAN } from '../src/display/sync/plan-json.ts';
import { SYNC_REPORT } from '../src/display/sync/report-json.ts';
import { syncFileJsonSchema } from '../src/sync/config/schema.ts';

export const SCHEMA_DIRECTORY = join(import.meta.dirname, '../schema');

/** Readers must take fields that are added later, hence the schema of what may come in. */
const schemaText = (schema: z.ZodType): string =>
  `${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }), undefined, 2)}\n`;

/** File name → content. */
export const schemaFiles = (): Readonly<Record<string, string>> => ({
  'result.schema.json': schemaText(RESULT),
  'doctor.schema.json': schemaText(DOCTOR_REPORT),
  'events.schema.json': schemaText(EVENT),
  'sync-check.schema.json': schemaText(SYNC_CHECK),
  'sync-plan.schema.json': schemaText(SYNC_PLAN),
  'sync-report.schema.json': schemaText(SYNC_REPORT),
  'sync.schema.json': `${JSON.stringify(syncFileJsonSchema(), undefined, 2)}\n`,
});

if (import.meta.main) {
  mkdirSync(SCHEMA_DIRECTORY, { recursive: true });
  for (const [name, text] of Object.entries(schemaFiles())) writeFileSync(join(SCHEMA_DIRECTORY, name), text);
}
