import type { StatusReport } from '../../metrics/status.ts';

/** A status report for programs: one line of JSON, the shape of `StatusReport`. */
export const renderStatusJson = (report: StatusReport): string => `${JSON.stringify(report)}\n`;
