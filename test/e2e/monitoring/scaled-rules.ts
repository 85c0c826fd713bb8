import { readFile, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import * as z from 'zod';

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** A duration of Prometheus (`1h30m`), divided; in milliseconds, so that nothing gets lost. */
const scaleDuration = (duration: string, factor: number): string => {
  const seconds = [...duration.matchAll(/(\d+)([smhd])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (UNIT_SECONDS[unit] ?? Number.NaN),
    0,
  );
  return `${Math.round((seconds * 1000) / factor)}ms`;
};

// Metrics that are times or ages end in _seconds; a quantile of durations is taken from their buckets.
const COMPARES_SECONDS = /_seconds(_bucket)?\b/;

const scaleLine = (line: string, factor: number): string => {
  const windows = line.replaceAll(/\[(\w+)\]/g, (_, duration: string) => `[${scaleDuration(duration, factor)}]`);
  if (!COMPARES_SECONDS.test(line)) return windows;
  return windows.replaceAll(
    /([<>]=?) (\d+)$/g,
    (_, operator: string, limit: string) => `${operator} ${Number(limit) / factor}`,
  );
};

/** An expression whose windows and limits in seconds are divided by the factor. One comparison per line, at its end. */
export const scaleExpression = (expression: string, factor: number): string =>
  expression
    .split('\n')
    .map((line) => scaleLine(line, factor))
    .join('\n');

const rule = z.object({ alert: z.string(), expr: z.string(), for: z.string().optional() }).loose();
const ruleFile = z.object({ groups: z.array(z.object({ name: z.string(), rules: z.array(rule) }).loose()) });

/**
 * Rules that fire `factor` times sooner: windows, `for` and limits in seconds are divided. Counts, shares, bytes and
 * what is compared with another metric stay, so that the rules remain the shipped ones in everything but time.
 */
export const scaleRules = (yaml: string, factor: number): string => {
  const { groups } = ruleFile.parse(parse(yaml));
  const scaled = groups.map((group) => ({
    ...group,
    rules: group.rules.map((one) => ({
      ...one,
      expr: scaleExpression(one.expr, factor),
      ...(one.for === undefined ? {} : { for: scaleDuration(one.for, factor) }),
    })),
  }));
  return stringify({ groups: scaled }, { lineWidth: 0 });
};

/** Writes the scaled copy of a rule file. */
export const writeScaledRules = async (source: string, target: string, factor: number): Promise<void> =>
  writeFile(target, scaleRules(await readFile(source, 'utf8'), factor));
