import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  currentJobs,
  jobRunOf,
  jobRunTotals,
  mergeJobs,
  nameJobRuns,
  withoutOtherJobs,
} from '../../../../src/metrics/state/reading/job-facts.ts';
import { copies, hostWith, recordOf } from '../support/fixtures.ts';

const host = hostWith();
const jobRun = (name: string, endedSeconds: number, outcome?: { exitCode: number; success: boolean }) => {
  const run = jobRunOf(
    recordOf(host, {
      job: { name, maxAgeSeconds: 93_600 },
      started: { wallMs: 0, monotonicMs: 1000 },
      heartbeat: { wallMs: endedSeconds * 1000, monotonicMs: 8000 },
      ...(outcome === undefined ? {} : { outcome: { durationSeconds: 5, ...outcome } }),
    }),
  );
  assert.ok(run);
  return run;
};
const success = { exitCode: 0, success: true };
const failure = { exitCode: 3, success: false };

test('a run without a job says nothing of jobs', () => {
  assert.equal(jobRunOf(recordOf(host)), undefined);
});

test('the last success survives failing and crashing runs', () => {
  const runs = [jobRun('nightly', 200, failure), jobRun('nightly', 300), jobRun('nightly', 100, success)];
  assert.deepEqual(mergeJobs(runs.map(({ facts }) => facts)), [
    {
      jobName: 'nightly',
      lastSuccessSeconds: 100,
      lastFailureSeconds: 300,
      lastRunSeconds: 300,
      lastDurationSeconds: 7,
      lastExitCode: 137,
      maxAgeSeconds: 93_600,
    },
  ]);
});

test('the order of merging does not matter', () => {
  const facts = [jobRun('a', 1, failure), jobRun('a', 3, success), jobRun('a', 2)].map((run) => run.facts);
  assert.deepEqual(mergeJobs(facts), mergeJobs(facts.toReversed()));
});

test('what comes after a hundred jobs is counted together, and who has a name keeps it', () => {
  const known = Array.from({ length: 99 }, (_, index) => jobRun(`job-${index}`, 1, success).facts);
  const named = nameJobRuns(known, [
    jobRun('late', 30, failure),
    jobRun('first', 20, success),
    jobRun('job-7', 40, success),
  ]);
  assert.deepEqual(
    named.map(({ facts }) => facts.jobName),
    ['first', '_other', 'job-7'],
  );
  assert.deepEqual(
    named.map(jobRunTotals).map(({ counters }) => counters.skopeo_job_runs_total),
    [{ 'first\u001fsuccess': 1 }, { '_other\u001ferror': 1 }, { 'job-7\u001fsuccess': 1 }],
  );
});

test('a job is dropped thirty days after its last run, with its run counts', () => {
  const day = 24 * 3600;
  const jobs = [jobRun('old', day, success).facts, jobRun('new', 5 * day, success).facts];
  const current = currentJobs(jobs, 32 * day);
  assert.deepEqual(
    current.map(({ jobName }) => jobName),
    ['new'],
  );
  const counters = { skopeo_job_runs_total: { 'old\u001fsuccess': 1, 'new\u001fsuccess': 1, 'new\u001ferror': 2 } };
  const totals = withoutOtherJobs({ ...copies(1), counters: { ...copies(1).counters, ...counters } }, current);
  assert.deepEqual(totals.counters, {
    ...copies(1).counters,
    skopeo_job_runs_total: { 'new\u001fsuccess': 1, 'new\u001ferror': 2 },
  });
});
