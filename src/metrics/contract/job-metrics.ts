import { STATUSES } from '../../tracking/vocabulary.ts';
import { JOB_NAME, type MetricDefinition } from './definition.ts';

/** The results of named jobs, from all of their runs. */
export const JOB_METRICS = {
  skopeo_job_runs_total: {
    type: 'counter',
    help: 'Runs of named jobs, by final status.',
    labels: { job_name: JOB_NAME, status: STATUSES },
    merge: 'sum',
    where: 'both',
    updated: 'at the end of a run with `--job-name`; both statuses of a known job are always shown',
  },
  skopeo_job_last_success_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time at which the job last succeeded; 0 if it never did.',
    labels: { job_name: JOB_NAME },
    merge: 'max',
    where: 'both',
    updated: 'at the end of a run; a later failure leaves it as it is',
  },
  skopeo_job_last_failure_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time at which the job last failed; 0 if it never did.',
    labels: { job_name: JOB_NAME },
    merge: 'max',
    where: 'both',
    updated: 'at the end of a run',
  },
  skopeo_job_last_run_timestamp_seconds: {
    type: 'gauge',
    help: 'Unix time at which the last run of the job ended.',
    labels: { job_name: JOB_NAME },
    merge: 'max',
    where: 'both',
    updated: 'at the end of a run',
  },
  skopeo_job_last_duration_seconds: {
    type: 'gauge',
    help: 'Duration of the last run of the job in seconds.',
    labels: { job_name: JOB_NAME },
    merge: 'latest',
    where: 'both',
    updated: 'at the end of a run',
  },
  skopeo_job_last_exit_code: {
    type: 'gauge',
    help: 'Exit code of the last run of the job, 137 if it was killed.',
    labels: { job_name: JOB_NAME },
    merge: 'latest',
    where: 'both',
    updated: 'at the end of a run',
  },
  skopeo_job_max_age_seconds: {
    type: 'gauge',
    help: 'Age of the last success above which the job counts as overdue.',
    labels: { job_name: JOB_NAME },
    merge: 'latest',
    where: 'both',
    updated: 'as `--job-max-age` says (26 h)',
  },
} as const satisfies Record<string, MetricDefinition>;
