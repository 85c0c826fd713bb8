import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { DOCS_PAGE, updateDocs } from '../../scripts/docs-reliability.ts';

test('the table of faults is up to date', async () => {
  const page = await readFile(DOCS_PAGE, 'utf8');
  assert.equal(page, await updateDocs(page), 'run: npm run docs:reliability');
});
