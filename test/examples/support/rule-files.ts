import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

export const EXAMPLES = join(import.meta.dirname, '../../../examples');
export const RULE_TESTS = join(import.meta.dirname, '../rules');
export const RULE_FILES = ['skopeo-wrapper-alerts.yml', 'skopeo-wrapper-heartbeat-alerts.yml'];

const alertRule = z.strictObject({
  alert: z.string(),
  expr: z.string(),
  for: z.string().optional(),
  labels: z.record(z.string(), z.string()),
  annotations: z.record(z.string(), z.string()),
});
export type AlertRule = z.infer<typeof alertRule>;

const ruleFile = z.strictObject({
  groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alertRule) })),
});

/** The alert rules of one shipped file, in order. */
export const readRules = async (name: string): Promise<AlertRule[]> => {
  const file = ruleFile.parse(parse(await readFile(join(EXAMPLES, name), 'utf8')));
  return file.groups.flatMap((group) => group.rules);
};

/** All shipped alert rules. */
export const readAllRules = async (): Promise<AlertRule[]> => (await Promise.all(RULE_FILES.map(readRules))).flat();
