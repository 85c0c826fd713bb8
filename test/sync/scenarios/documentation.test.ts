import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { SYNC_COMMAND } from '../../../src/cli/sync/sync-flags.ts';
import { SYNC } from '../../../src/command-line/flags/sync.ts';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import { syncFileJsonSchema } from '../../../src/sync/config/schema.ts';
import { TEMPLATE_WORDS } from '../../../src/sync/map/template-rule.ts';

const page = await readFile(new URL('../../../docs/sync.md', import.meta.url), 'utf8');

/** Every key that a JSON Schema names, however deep. */
const keysOf = (schema: unknown): readonly string[] => {
  if (typeof schema !== 'object' || schema === null) return [];
  const properties = 'properties' in schema && typeof schema.properties === 'object' ? (schema.properties ?? {}) : {};
  return [...Object.keys(properties), ...Object.values(schema).flatMap(keysOf)];
};

/** Words between backticks, comma lists and dotted keys taken apart. */
const codeWords = new Set([...page.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) => code.split(/[\s,.|]+/)));

test('every configuration in the documentation is valid', () => {
  const snippets = [...page.matchAll(/^```yaml\n(.*?)^```$/gms)].map(([, text = '']) => text);
  assert.ok(snippets.length >= 3);
  for (const snippet of snippets) {
    const hasDefault = snippet.includes('destination');
    loadSyncFile('/docs.yml', hasDefault ? snippet : `defaults: { destination: x.example/{{path}} }\n${snippet}`, {});
  }
});

test('every key of the configuration is documented', () => {
  const notDocumented = ['$schema', 'match', 'replace'];
  const keys = [...new Set(keysOf(syncFileJsonSchema()))].filter((key) => !notDocumented.includes(key));
  assert.ok(keys.length > 30);
  for (const key of keys) assert.ok(codeWords.has(key) || page.includes(`### ${key}`), `${key} is not documented`);
});

test('every option of our own is documented, and so is every word of templates', () => {
  const theirs = new Set(SYNC.flags.map(({ name }) => name));
  const ours = SYNC_COMMAND.flags.map(({ name }) => name).filter((name) => !theirs.has(name));
  assert.ok(ours.length > 5);
  for (const name of ours) assert.ok(codeWords.has(`--${name}`), `--${name} is not documented`);
  for (const word of Object.keys(TEMPLATE_WORDS)) assert.ok(page.includes(`| \`{{${word}}}\` |`), word);
});
