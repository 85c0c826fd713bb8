import assert from 'node:assert/strict';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { METRICS } from '../../src/metrics/contract.ts';
import { documentedMetrics } from './support/metric-tables.ts';
import { EXAMPLES } from './support/rule-files.ts';

const READMES = ['README.md', 'README.ru.md'] as const;

describe('README of the examples', () => {
  it('describes every metric, by the same queries in both languages', async () => {
    const [english, russian] = await Promise.all(READMES.map(documentedMetrics));
    assert.deepEqual(russian, english);
    assert.deepEqual(english?.map(({ name }) => name).sort(), Object.keys(METRICS).sort());
  });

  it('gives each metric a query that uses it', async () => {
    for (const { name, query } of await documentedMetrics('README.md')) assert.ok(query.includes(name), query);
  });

  it('names every file and folder of the examples', async () => {
    const entries = (await readdir(EXAMPLES, { withFileTypes: true })).filter(({ name }) => !name.startsWith('README'));
    for (const readme of READMES) {
      const text = await readFile(join(EXAMPLES, readme), 'utf8');
      for (const entry of entries) {
        const name = entry.isDirectory() ? `${entry.name}/` : entry.name;
        assert.ok(text.includes(`\`${name}\``), `${readme} does not name ${name}`);
      }
    }
  });

  it('links to what exists', async () => {
    for (const readme of [...READMES, 'systemd/README.md', 'kubernetes/README.md', 'node_exporter.md']) {
      const text = await readFile(join(EXAMPLES, readme), 'utf8');
      for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
        await access(join(EXAMPLES, readme, '..', target));
      }
    }
  });
});
