import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type JobState, makeStatus } from '../../src/metrics/status.ts';
import type { JobFacts, LiveEntry, MetricsView } from '../../src/metrics/view.ts';
import { liveEntry } from './a-view.ts';

const NOW = 1_700_000_000;
const HOUR = 3_600;

const job = (jobName: string, changes: Partial<JobFacts> = {}): JobFacts => ({
  jobName,
  lastSuccessSeconds: NOW - HOUR,
  lastFailureSeconds: 0,
  lastRunSeconds: NOW - HOUR,
  lastDurationSeconds: 42,
  lastExitCode: 0,
  maxAgeSeconds: 26 * HOUR,
  ...changes,
});

const view = (jobs: readonly JobFacts[], live: readonly LiveEntry[] = []): MetricsView => ({
  totals: { counters: {}, histograms: {} },
  jobs,
  live,
});

const FAILED = { lastFailureSeconds: NOW - 60, lastRunSeconds: NOW - 60, lastExitCode: 1 };

describe('makeStatus', () => {
  for (const [what, changes, state, exitCode] of [
    ['succeeded in time', {}, 'ok', 0],
    ['succeeded just in time', { lastSuccessSeconds: NOW - 26 * HOUR }, 'ok', 0],
    ['succeeded too long ago', { lastSuccessSeconds: NOW - 26 * HOUR - 1 }, 'overdue', 1],
    ['failed last', FAILED, 'failing', 1],
    ['failed last and succeeded too long ago', { ...FAILED, lastSuccessSeconds: NOW - 48 * HOUR }, 'overdue', 1],
    ['never succeeded', { ...FAILED, lastSuccessSeconds: 0 }, 'never_succeeded', 1],
    ['succeeded in the future, as the clock was set back', { lastSuccessSeconds: NOW + HOUR }, 'ok', 0],
  ] as const satisfies readonly [string, Partial<JobFacts>, JobState, number][]) {
    it(`a job that ${what} is ${state}`, () => {
      const report = makeStatus(view([job('nightly', changes)]), [], NOW);
      assert.equal(report.jobs[0]?.state, state);
      assert.equal(report.exitCode, exitCode);
    });
  }

  it('sorts jobs by name; one that fails is enough for status 1', () => {
    const report = makeStatus(view([job('b'), job('a', FAILED), job('c')]), [], NOW);
    assert.deepEqual(
      report.jobs.map(({ jobName }) => jobName),
      ['a', 'b', 'c'],
    );
    assert.equal(report.exitCode, 1);
  });

  it('is content with nothing', () => {
    assert.deepEqual(makeStatus(view([]), [], NOW), {
      jobs: [],
      operations: [],
      recent: [],
      unknownJobs: [],
      exitCode: 0,
    });
  });

  it('leaves out times that never were', () => {
    const [status] = makeStatus(view([job('nightly', { ...FAILED, lastSuccessSeconds: 0 })]), [], NOW).jobs;
    assert.deepEqual(status, {
      jobName: 'nightly',
      state: 'never_succeeded',
      running: false,
      lastFailureSeconds: NOW - 60,
      lastRunSeconds: NOW - 60,
      lastDurationSeconds: 42,
      lastExitCode: 1,
      maxAgeSeconds: 26 * HOUR,
    });
  });

  it('tells the last failure of each job, all runs of those that were asked for, and else those without a name', () => {
    const ended = { durationSeconds: 1, exitCode: 0 };
    const cause = { errorType: 'denied', message: 'no', next: 'Log in.', failedImages: 2 } as const;
    const subject = { operation: 'copy', sourceShort: 'docker:a', destinationShort: 'dir:b' } as const;
    const history = [
      { ...ended, jobName: 'nightly', endedSeconds: 9 },
      { ...ended, jobName: 'nightly', endedSeconds: 8, exitCode: 3, subject, cause },
      { ...ended, endedSeconds: 7, subject },
      { ...ended, jobName: 'nightly', endedSeconds: 6, exitCode: 1, cause: { ...cause, message: 'older' } },
    ];
    const failure = {
      ...{ ...ended, endedSeconds: 8, exitCode: 3, ...cause },
      ...{ operation: 'copy', source: 'docker:a', destination: 'dir:b' },
    };
    const all = makeStatus({ ...view([job('nightly')]), history }, [], NOW);
    assert.deepEqual(all.jobs[0]?.lastFailure, failure);
    assert.equal(all.jobs[0]?.runs, undefined);
    assert.deepEqual(
      all.recent.map(({ endedSeconds, source }) => [endedSeconds, source]),
      [[7, 'docker:a']],
    );
    const asked = makeStatus({ ...view([job('nightly')]), history }, ['nightly'], NOW);
    assert.deepEqual(asked.recent, []);
    assert.deepEqual(
      asked.jobs[0]?.runs?.map(({ endedSeconds }) => endedSeconds),
      [9, 8, 6],
    );
  });

  it('shows operations, the longest running first, by the clock of their process', () => {
    const operations = [liveEntry({ startedMs: 15_000, percent: 40 }), { ...liveEntry(), jobName: 'nightly' }];
    const report = makeStatus(view([job('nightly')], operations), [], NOW);
    assert.deepEqual(report.operations[0], {
      operation: 'copy',
      source: 'docker:reg.example:5000/team/app',
      destination: 'oci:mirror/app',
      step: 'copying_blob',
      jobName: 'nightly',
      pid: 42,
      runningSeconds: 10,
      staleSeconds: 2,
      transferredBytes: 4_096,
      throughputBytesPerSecond: 512,
    });
    assert.equal(report.operations[1]?.runningSeconds, 5);
    assert.equal(report.operations[1]?.percent, 40);
    assert.equal(report.jobs[0]?.running, true);
  });

  it('knows a job in its first run', () => {
    const report = makeStatus(view([], [{ ...liveEntry(), jobName: 'new' }]), ['new'], NOW);
    assert.deepEqual(report.jobs, [{ jobName: 'new', state: 'first_run', running: true }]);
    assert.equal(report.exitCode, 0);
  });

  it('shows only what was asked for', () => {
    const live = [{ ...liveEntry(), jobName: 'a' }, { ...liveEntry(), jobName: 'b' }, liveEntry()];
    const report = makeStatus(view([job('a'), job('b', FAILED)], live), ['a'], NOW);
    assert.deepEqual(
      report.jobs.map(({ jobName }) => jobName),
      ['a'],
    );
    assert.equal(report.operations.length, 1);
    assert.equal(report.exitCode, 0);
  });

  it('says which jobs that were asked for are not known, with a status of its own', () => {
    const report = makeStatus(view([job('a', FAILED)]), ['a', 'typo', 'typo'], NOW);
    assert.deepEqual(report.unknownJobs, ['typo']);
    assert.equal(report.exitCode, 2);
    assert.equal(report.jobs.length, 1);
  });
});
