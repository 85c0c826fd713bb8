import * as z from 'zod';
import { syncFileSchema } from './schema.ts';

/** The JSON Schema of `sync --file` for editors and other tools; `schema/sync.schema.json` in the package. */
export const syncFileJsonSchema = (): object => ({
  title: 'skopeo-wrapper sync --file',
  ...z.toJSONSchema(syncFileSchema, { io: 'input' }),
});
