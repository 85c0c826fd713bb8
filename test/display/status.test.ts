import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderStatus, renderStatusJson, statusSummary } from '../../src/display/status.ts';
import type { StatusReport } from '../../src/metrics/status.ts';

it('is one line of JSON with names in snake case', () => {
  const report = {
    jobs: [{ jobName: 'new', state: 'first_run', running: true, lastExitCode: 0 }],
    operations: [],
    recent: [],
    unknownJobs: ['x\ny'],
    exitCode: 2,
  } as const;
  const text = renderStatusJson(report);
  assert.equal(text.indexOf('\n'), text.length - 1);
  assert.deepEqual(JSON.parse(text), {
    jobs: [{ job_name: 'new', state: 'first_run', running: true, last_exit_code: 0 }],
    operations: [],
    recent: [],
    unknown_jobs: ['x\ny'],
    exit_code: 2,
  });
});

const NOW = 1_700_000_000;

const REPORT: StatusReport = {
  jobs: [
    {
      jobName: 'hourly-base-images',
      state: 'overdue',
      running: true,
      lastSuccessSeconds: NOW - 30 * 3_600,
      lastRunSeconds: NOW - 3_700,
      lastDurationSeconds: 62,
      lastExitCode: 3,
      maxAgeSeconds: 93_600,
    },
    { jobName: 'new', state: 'first_run', running: true },
  ],
  operations: [
    {
      operation: 'copy',
      source: 'docker:quay.io/a/b',
      destination: 'oci:mirror/b',
      step: 'copying_blob',
      jobName: 'new',
      pid: 4_711,
      runningSeconds: 75,
      staleSeconds: 0.4,
      percent: 41.9,
      transferredBytes: 4_404_019,
      expectedBytes: 10_485_760,
      throughputBytesPerSecond: 1_048_576,
      etaSeconds: 6,
    },
    {
      operation: 'inspect',
      source: 'docker:quay.io/c',
      destination: '',
      step: 'running',
      pid: 12,
      runningSeconds: 1,
      staleSeconds: 1,
      transferredBytes: 0,
      throughputBytesPerSecond: 0,
    },
  ],
  recent: [],
  unknownJobs: [],
  exitCode: 1,
};

describe('renderStatus', () => {
  it('shows jobs and running operations as tables under a summary', () => {
    assert.equal(
      renderStatus(REPORT, NOW),
      `2 jobs, 1 overdue, 1 first run; 2 operations running

JOB                 STATE             LAST SUCCESS     LAST RUN        TOOK        EXIT  MAX AGE
hourly-base-images  overdue, running  30 h 00 min ago  1 h 01 min ago  1 min 02 s  3     26 h 00 min
new                 first run         never            never           -           -     -

RUNNING  SOURCE              DESTINATION   STEP          FOR         NO PROGRESS  DONE  BYTES                RATE       ETA    JOB  PID
copy     docker:quay.io/a/b  oci:mirror/b  copying blob  1 min 15 s  0.4 s        41%   4.2 MiB of 10.0 MiB  1.0 MiB/s  6.0 s  new  4711
inspect  docker:quay.io/c    -             running       1.0 s       1.0 s        -     0 B                  0 B/s      -      -    12
`,
    );
  });

  it('tells the last failure of each job, the runs of jobs that were asked for, and runs without a name', () => {
    const failure = {
      ...({ endedSeconds: NOW - 7_200, durationSeconds: 62, exitCode: 3, operation: 'sync' } as const),
      ...({ errorType: 'denied', message: 'requested access\u001b[2J is denied', failedImages: 60 } as const),
      next: 'Log in.',
    };
    const success = { endedSeconds: NOW - 60, durationSeconds: 2, exitCode: 0, operation: 'sync' } as const;
    const report: StatusReport = {
      ...REPORT,
      jobs: [{ jobName: 'nightly', state: 'ok', running: false, lastFailure: failure, runs: [success, failure] }],
      operations: [],
      recent: [{ ...success, operation: 'copy', source: 'docker:a/b', destination: 'dir:out' }],
    };
    assert.equal(
      renderStatus(report, NOW).split('\n\n').slice(2).join('\n\n'),
      `nightly failed 2 h 00 min ago (denied, 60 images failed): requested access is denied
  next: Log in.

RUN OF nightly  ENDED           TOOK        EXIT  ERROR                     MESSAGE
sync            1 min 00 s ago  2.0 s       0     -                         -
sync            2 h 00 min ago  1 min 02 s  3     denied, 60 images failed  requested access is denied

WITHOUT A JOB  SOURCE      DESTINATION  ENDED           TOOK   EXIT  ERROR
copy           docker:a/b  dir:out      1 min 00 s ago  2.0 s  0     -
`,
    );
  });

  it('is one line when there is nothing', () => {
    const empty = { jobs: [], operations: [], recent: [], unknownJobs: [], exitCode: 0 };
    assert.equal(renderStatus(empty, NOW), '0 jobs; 0 operations running\n');
  });
});

describe('statusSummary', () => {
  it('names the jobs that are not known', () => {
    const report = { ...REPORT, operations: [], unknownJobs: ['typo', 'other'] };
    assert.equal(statusSummary(report), '2 jobs, 1 overdue, 1 first run; 0 operations running; not known: typo, other');
  });
});
