import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { execa } from 'execa';
import { sequences } from '../support/sequences.ts';
import { checkMutants } from './support/mutation-check.ts';
import { testRules } from './support/promtool.ts';
import { type AlertRule, EXAMPLES, RULE_FILES, RULE_TESTS, readAllRules, readRules } from './support/rule-files.ts';
import { mutantsOf } from './support/rule-mutants.ts';

const RUNBOOK = 'docs/alerts.md';

/** `count` of them, evenly spread, or all. */
const sampleOf = <T>(all: readonly T[], count: number): T[] =>
  all.filter((_, index) => index % Math.max(1, Math.floor(all.length / count)) === 0);

describe('alert rules', () => {
  let rules: AlertRule[];

  before(async () => {
    rules = await readAllRules();
  });

  it('are 13 and 8 rules that promtool accepts', async () => {
    const files = RULE_FILES.map((name) => join(EXAMPLES, name));
    await execa('promtool', ['check', 'rules', '--lint=all', '--lint-fatal', ...files]);
    assert.deepEqual(await Promise.all(RULE_FILES.map(async (name) => (await readRules(name)).length)), [13, 8]);
  });

  it('have unit tests each, and pass them', async () => {
    const files = (await readdir(RULE_TESTS)).sort();
    assert.deepEqual(files, rules.map((rule) => `${rule.alert}.yml`).sort());
    const { passed, output } = await testRules(files.map((file) => join(RULE_TESTS, file)));
    assert.equal(passed.size, files.length, output);
    assert.ok([...passed.values()].every(Boolean), output);
  });

  it('have firing and silent cases each', async () => {
    for (const { alert } of rules) {
      const tests = await readFile(join(RULE_TESTS, `${alert}.yml`), 'utf8');
      assert.match(tests, /exp_alerts: \[\]/, `${alert} is never expected to be silent`);
      assert.match(tests, /exp_alerts:.*\n\s+- exp_labels/, `${alert} is never expected to fire`);
    }
  });

  it('say how bad it is, what it is, and where to read on', async () => {
    const runbook = await readFile(join(EXAMPLES, '..', RUNBOOK), 'utf8');
    const headings = new Set([...runbook.matchAll(/^## (.*)$/gm)].map(([, heading = '']) => heading.toLowerCase()));
    for (const { alert, labels, annotations } of rules) {
      assert.match(labels.severity ?? '', /^(warning|critical)$/, alert);
      assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook_url'], alert);
      assert.equal(annotations.runbook_url, `${RUNBOOK}#${alert.toLowerCase()}`);
      assert.ok(headings.delete(alert.toLowerCase()), `${RUNBOOK} has no heading ${alert}`);
    }
    assert.deepEqual([...headings], [], 'headings without an alert');
  });

  it('have unit tests that notice at least nine of ten faults', async () => {
    const all = rules.flatMap(mutantsOf);
    assert.ok(all.length > 90, `only ${all.length} mutants`);
    const { mutants, caught, survivors } = await checkMutants(sampleOf(all, sequences(10)));
    assert.ok(caught / mutants >= 0.9, `${caught} of ${mutants} caught, not:\n${survivors.join('\n')}`);
  });
});

describe('the mutation check itself', () => {
  it('lets a rule without a fault pass', async () => {
    const [rule] = await readAllRules();
    assert.ok(rule);
    const same = { ...rule, expr: rule.expr.replace('> 0.1', '> 1e-1'), for: '0m' };
    const { survivors } = await checkMutants(mutantsOf(same));
    assert.ok(survivors.includes('SkopeoHighErrorRate: for: 0m became 0m'), survivors.join('\n'));
  });
});
