import { z } from 'zod';
import type { Diagnosis } from '../doctor/diagnose.ts';
import { CHECKS, type CheckFinding, FINDING_STATUSES } from '../doctor/finding.ts';
import { formatCount } from '../text/format.ts';
import { printable } from '../text/printable.ts';

const FINDING = z.object({
  check: z.enum(CHECKS).describe('what was checked'),
  status: z.enum(FINDING_STATUSES).describe('warning: it works, but not as it should, or could not be found out'),
  subject: z.string().describe('the registry or path that it is about; empty where there is none'),
  message: z.string(),
  next: z.string().optional().describe('what to do about it'),
});

/** What `doctor --json` prints. Later versions may add fields and checks, but change none. */
export const DOCTOR_REPORT = z
  .object({
    findings: z.array(FINDING),
    errors: z.int().nonnegative().describe('how many findings are errors'),
    warnings: z.int().nonnegative(),
    exit_code: z.int().describe('1 if there is an error, else 0'),
  })
  .describe('Result of skopeo-wrapper doctor');

type DoctorReport = z.infer<typeof DOCTOR_REPORT>;

/** A diagnosis for programs: `schema/doctor.schema.json`. */
export const doctorJson = ({ findings, exitCode }: Diagnosis): DoctorReport => {
  const count = (wanted: string) => findings.filter(({ status }) => status === wanted).length;
  return { findings: [...findings], errors: count('error'), warnings: count('warning'), exit_code: exitCode };
};

const WIDTH = 'warning'.length + 2;

const lineOf = ({ status, message, next }: CheckFinding): string => {
  const step = next === undefined ? '' : `${' '.repeat(WIDTH)}${printable(next)}\n`;
  return `${status.padEnd(WIDTH)}${printable(message)}\n${step}`;
};

/** A diagnosis for people: a line for every finding, the next step below it, and a summary. */
export const renderDiagnosis = ({ findings }: Diagnosis): string => {
  const count = (wanted: CheckFinding['status']) => findings.filter(({ status }) => status === wanted).length;
  const summary = [formatCount(count('error'), 'error'), formatCount(count('warning'), 'warning')].join(', ');
  return `${findings.map(lineOf).join('')}\n${summary}\n`;
};
