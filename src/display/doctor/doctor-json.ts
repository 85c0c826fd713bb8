import type { Diagnosis } from '../../doctor/diagnose.ts';
import type { DoctorReport } from './doctor-schema.ts';

/** A diagnosis for programs: `schema/doctor.schema.json`. */
export const doctorJson = ({ findings, exitCode }: Diagnosis): DoctorReport => {
  const count = (wanted: string) => findings.filter(({ status }) => status === wanted).length;
  return { findings: [...findings], errors: count('error'), warnings: count('warning'), exit_code: exitCode };
};
