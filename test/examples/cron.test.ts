import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { EXAMPLES } from './support/rule-files.ts';

const FIELD = String.raw`(?:\*|\d+)(?:\/\d+)?`;
const ENTRY = new RegExp(String.raw`^(?:${FIELD}\s+){5}(?<user>\w+)\s+(?<command>skopeo-wrapper .+)$`);
const VARIABLE = /^[A-Z_]+=\S+$/;

describe('crontab', () => {
  let lines: string[];

  before(async () => {
    const text = await readFile(join(EXAMPLES, 'cron/skopeo-wrapper'), 'utf8');
    // cron ignores a last line without its newline.
    assert.ok(text.endsWith('\n'));
    lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  });

  it('has variables, and entries with five fields, a user and a command', () => {
    for (const line of lines) assert.ok(VARIABLE.test(line) || ENTRY.test(line), line);
  });

  it('has no percent sign, which cron takes for a newline', () => {
    for (const line of lines) assert.doesNotMatch(line, /%/);
  });

  it('names every run that works for Prometheus', () => {
    for (const line of lines.filter((one) => /skopeo-wrapper (copy|sync)/.test(one))) assert.match(line, /--job-name /);
  });
});
