import type { Diagnosis } from '../../doctor/diagnose.ts';
import type { Finding } from '../../doctor/finding.ts';
import { formatCount } from '../../text/format.ts';
import { printable } from '../../text/printable.ts';

const WIDTH = 'warning'.length + 2;

const lineOf = ({ status, message, next }: Finding): string => {
  const step = next === undefined ? '' : `${' '.repeat(WIDTH)}${printable(next)}\n`;
  return `${status.padEnd(WIDTH)}${printable(message)}\n${step}`;
};

/** A diagnosis for people: a line for every finding, below it what to do, and a summary. */
export const renderDiagnosis = ({ findings }: Diagnosis): string => {
  const count = (wanted: Finding['status']) => findings.filter(({ status }) => status === wanted).length;
  const summary = [formatCount(count('error'), 'error'), formatCount(count('warning'), 'warning')].join(', ');
  return `${findings.map(lineOf).join('')}\n${summary}\n`;
};
