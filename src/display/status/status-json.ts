import type { StatusReport } from '../../metrics/status.ts';
import { snakeCase } from '../json/snake-case.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const renamed = (_: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [snakeCase(name), inner])) : value;

/** A status report for programs: one line of JSON, the shape of `StatusReport` with names in snake case. */
export const renderStatusJson = (report: StatusReport): string => `${JSON.stringify(report, renamed)}\n`;
