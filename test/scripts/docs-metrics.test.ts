import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { DOCS_PAGE, updateDocs } from '../../scripts/docs-metrics.mjs';
import { DEFINITIONS } from '../../src/metrics/contract.ts';

test('the page of metrics is up to date', async () => {
  const page = await readFile(DOCS_PAGE, 'utf8');
  assert.equal(page, updateDocs(page), 'run: npx node scripts/docs-metrics.mjs');
  for (const name of DEFINITIONS.keys()) assert.ok(page.includes(`| \`${name}\` |`), name);
});
