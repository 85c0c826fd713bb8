import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { syncFileJsonSchema } from '../../../src/sync/config/schema.ts';

test('the published schema is that of the program (node scripts/json-schemas.ts renews it)', async () => {
  const published = await readFile(new URL('../../../schema/sync.schema.json', import.meta.url), 'utf8');
  assert.deepEqual(JSON.parse(published), JSON.parse(JSON.stringify(syncFileJsonSchema())));
});
