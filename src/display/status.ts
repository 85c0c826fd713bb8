import {
  JOB_STATES,
  type JobStatus,
  type OperationStatus,
  type RunStatus,
  type StatusReport,
} from '../metrics/status.ts';
import { formatBytes, formatCount, formatPercent, formatRate, formatSeconds } from '../text/format.ts';
import { snakeCase } from '../text/json.ts';
import { printable } from '../text/printable.ts';
import { renderTable } from './table.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const renamed = (_: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [snakeCase(name), inner])) : value;

/** A status report for programs: one line of JSON, the shape of `StatusReport` with names in snake case. */
export const renderStatusJson = (report: StatusReport): string => `${JSON.stringify(report, renamed)}\n`;

const ago = (thenSeconds: number | undefined, nowSeconds: number): string =>
  thenSeconds === undefined ? 'never' : `${formatSeconds(Math.max(0, nowSeconds - thenSeconds))} ago`;

const orDash = <Value>(value: Value | undefined, format: (value: Value) => string): string =>
  value === undefined ? '-' : format(value);

const words = (state: string): string => state.replaceAll('_', ' ');

const jobRow = (job: JobStatus, nowSeconds: number): string[] => [
  job.jobName,
  words(job.state) + (job.running && job.state !== 'first_run' ? ', running' : ''),
  ago(job.lastSuccessSeconds, nowSeconds),
  ago(job.lastRunSeconds, nowSeconds),
  orDash(job.lastDurationSeconds, formatSeconds),
  orDash(job.lastExitCode, String),
  orDash(job.maxAgeSeconds, formatSeconds),
];

const bytesOf = ({ transferredBytes, expectedBytes }: OperationStatus): string =>
  formatBytes(transferredBytes) + (expectedBytes === undefined ? '' : ` of ${formatBytes(expectedBytes)}`);

const operationRow = (operation: OperationStatus): string[] => [
  operation.operation,
  operation.source,
  operation.destination === '' ? '-' : operation.destination,
  words(operation.step),
  formatSeconds(operation.runningSeconds),
  formatSeconds(operation.staleSeconds),
  orDash(operation.percent, formatPercent),
  bytesOf(operation),
  formatRate(operation.throughputBytesPerSecond),
  orDash(operation.etaSeconds, formatSeconds),
  operation.jobName ?? '-',
  String(operation.pid),
];

const failedImages = ({ failedImages: count }: RunStatus): string =>
  count === undefined || count === 0 ? '' : `, ${formatCount(count, 'image')} failed`;

/** The last failure of a job: when, its class, how many images, the message, and what to do. */
const failureLines = ({ jobName, lastFailure }: JobStatus, nowSeconds: number): string => {
  if (lastFailure === undefined) return '';
  const { endedSeconds, errorType, message = '', next } = lastFailure;
  const when = `${jobName} failed ${ago(endedSeconds, nowSeconds)} (${errorType}${failedImages(lastFailure)})`;
  return [`${when}: ${message}`, ...(next === undefined ? [] : [`  next: ${next}`])]
    .map((line) => `${printable(line)}\n`)
    .join('');
};

const endOf = (run: RunStatus, nowSeconds: number): string[] => [
  ago(run.endedSeconds, nowSeconds),
  formatSeconds(run.durationSeconds),
  String(run.exitCode),
  run.errorType === undefined ? '-' : `${run.errorType}${failedImages(run)}`,
];

const recentRow = (run: RunStatus, nowSeconds: number): string[] => [
  run.operation ?? '-',
  run.source || '-',
  run.destination || '-',
  ...endOf(run, nowSeconds),
];

/** Runs without a job name in a report for people. */
const SHOWN_RUNS = 5;

const JOB_HEAD = ['JOB', 'STATE', 'LAST SUCCESS', 'LAST RUN', 'TOOK', 'EXIT', 'MAX AGE'];
const OPERATION_HEAD = [
  'RUNNING',
  'SOURCE',
  'DESTINATION',
  'STEP',
  'FOR',
  'NO PROGRESS',
  'DONE',
  'BYTES',
  'RATE',
  'ETA',
];
const END_HEAD = ['ENDED', 'TOOK', 'EXIT', 'ERROR'];
const RECENT_HEAD = ['WITHOUT A JOB', 'SOURCE', 'DESTINATION', ...END_HEAD];

/** The line that a monitoring check shows; the most urgent part comes first. */
export const statusSummary = ({ jobs, operations, unknownJobs }: StatusReport): string => {
  const states = JOB_STATES.flatMap((state) => {
    const count = jobs.filter((job) => job.state === state).length;
    return count === 0 ? [] : [`${count} ${words(state)}`];
  });
  const unknown = unknownJobs.length === 0 ? [] : [`not known: ${unknownJobs.join(', ')}`];
  const jobsText = [formatCount(jobs.length, 'job'), ...states].join(', ');
  return [jobsText, `${formatCount(operations.length, 'operation')} running`, ...unknown].join('; ');
};

/** A status report for people. `nowSeconds` is Unix time. */
export const renderStatus = (report: StatusReport, nowSeconds: number): string => {
  const jobs = report.jobs.map((job) => jobRow(job, nowSeconds));
  const operations = report.operations.map(operationRow);
  const recent = report.recent.slice(0, SHOWN_RUNS).map((run) => recentRow(run, nowSeconds));
  const failures = report.jobs.map((job) => failureLines(job, nowSeconds)).join('');
  const runs = report.jobs.flatMap(({ jobName, runs: own = [] }) =>
    own.length === 0
      ? []
      : renderTable([
          [`RUN OF ${jobName}`, ...END_HEAD, 'MESSAGE'],
          ...own.map((run) => [run.operation ?? '-', ...endOf(run, nowSeconds), run.message ?? '-']),
        ]),
  );
  const sections = [
    `${statusSummary(report)}\n`,
    ...(jobs.length === 0 ? [] : [renderTable([JOB_HEAD, ...jobs])]),
    ...(failures === '' ? [] : [failures]),
    ...runs,
    ...(operations.length === 0 ? [] : [renderTable([[...OPERATION_HEAD, 'JOB', 'PID'], ...operations])]),
    ...(recent.length === 0 ? [] : [renderTable([RECENT_HEAD, ...recent])]),
  ];
  return sections.join('\n');
};
