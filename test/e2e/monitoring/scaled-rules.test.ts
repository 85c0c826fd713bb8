import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { execa } from 'execa';
import { EXAMPLES, RULE_FILES } from '../../examples/support/rule-files.ts';
import { scaleExpression, scaleRules, writeScaledRules } from './scaled-rules.ts';

/** What differs between the lines of two texts of equally many lines: number, before, after. */
const differences = (before: string, after: string): string[] => {
  const changed = after.split('\n');
  return before
    .split('\n')
    .flatMap((line, index) => (line === changed[index] ? [] : [`${line.trim()} → ${changed[index]?.trim()}`]));
};

describe('scaled rules', () => {
  it('divide windows and limits in seconds', () => {
    assert.equal(scaleExpression('time() - a_timestamp_seconds > 120', 30), 'time() - a_timestamp_seconds > 4');
    assert.equal(
      scaleExpression('histogram_quantile(0.95, rate(a_seconds_bucket[1h])) > 900', 30),
      'histogram_quantile(0.95, rate(a_seconds_bucket[120000ms])) > 30',
    );
    assert.equal(scaleExpression('x[1h30m]', 10), 'x[540000ms]');
  });

  it('keep counts, shares, bytes and comparisons with other metrics', () => {
    for (const expression of ['sum(a) > 10', 'a_bytes - b_bytes > 100e6', 'time() - a_seconds > b_max_age_seconds']) {
      assert.equal(scaleExpression(expression, 30), expression);
    }
    assert.equal(scaleExpression('increase(a_seconds_count[1h]) >= 3', 30), 'increase(a_seconds_count[120000ms]) >= 3');
  });

  it('change nothing but time in the shipped files', async () => {
    for (const name of RULE_FILES) {
      const shipped = await readFile(join(EXAMPLES, name), 'utf8');
      const [same, scaled] = [scaleRules(shipped, 1), scaleRules(shipped, 30)];
      const changes = differences(same, scaled);
      assert.ok(changes.length > 10);
      for (const change of changes) assert.match(change, /_seconds.* [<>] \d|\[\d+ms\]|^for: \d+ms/, change);
    }
  });

  it('are rules that promtool accepts', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'scaled-rules-'));
    try {
      const files = RULE_FILES.map((name) => join(directory, name));
      for (const [index, name] of RULE_FILES.entries()) {
        await writeScaledRules(join(EXAMPLES, name), files[index] ?? '', 30);
      }
      await execa('promtool', ['check', 'rules', ...files]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
