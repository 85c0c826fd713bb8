import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { testRules } from './promtool.ts';
import { RULE_TESTS } from './rule-files.ts';
import type { Mutant } from './rule-mutants.ts';

/** The unit tests of the alert, made to test the mutant instead of the shipped rule. */
const plant = async (directory: string, mutant: Mutant): Promise<string> => {
  await mkdir(directory);
  const rules = { groups: [{ name: 'mutant', rules: [mutant.rule] }] };
  await writeFile(join(directory, 'rules.yml'), stringify(rules));
  const tests = await readFile(join(RULE_TESTS, `${mutant.rule.alert}.yml`), 'utf8');
  const file = join(directory, 'test.yml');
  await writeFile(file, tests.replace(/^rule_files:.*$/m, 'rule_files: [rules.yml]'));
  return file;
};

/** How many faults the unit tests catch; the survivors are those that they do not. */
export const checkMutants = async (
  mutants: readonly Mutant[],
): Promise<{ mutants: number; caught: number; survivors: string[] }> => {
  const directory = await mkdtemp(join(tmpdir(), 'rule-mutants-'));
  try {
    const files = await Promise.all(mutants.map((mutant, index) => plant(join(directory, String(index)), mutant)));
    const { passed } = await testRules(files);
    const survivors = mutants.filter((_, index) => passed.get(files[index] ?? '') !== false);
    return {
      mutants: mutants.length,
      caught: mutants.length - survivors.length,
      survivors: survivors.map(({ rule, fault }) => `${rule.alert}: ${fault}`),
    };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
