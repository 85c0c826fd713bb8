import * as z from 'zod';
import { ConfigurationError, type Problem } from '../../config/problem.ts';
import { defined } from '../../defined.ts';
import { EXIT, type WrapperError } from '../../errors/wrapper-error.ts';
import type { SyncJob } from '../../sync/job.ts';

const PROBLEM = z.object({
  severity: z.enum(['error', 'warning']).describe('warning: it works, but probably not as intended'),
  file: z.string().optional().describe('absent: it is about the command line'),
  line: z.int().positive().optional(),
  column: z.int().positive().optional(),
  key: z.string().optional().describe('such as images[2].tags; absent: it is about the file as a whole'),
  message: z.string().describe('without values that may be secret'),
  next: z.string().optional().describe('what to do about it'),
});

/** What `sync --check --json` prints. Later versions may add fields, but change none. */
export const SYNC_CHECK = z
  .object({
    version: z.literal(1),
    valid: z.boolean(),
    exit_code: z.int().min(0).max(255).describe('exit status of the command'),
    sources: z.int().nonnegative().describe('entries of the job; 0 if it is not valid'),
    problems: z.array(PROBLEM).describe('in the order of the file'),
  })
  .describe('Result of skopeo-wrapper sync --check');

type SyncCheckJson = z.input<typeof SYNC_CHECK>;

const problemJson = (severity: 'error' | 'warning', file: string, problem: Problem) => ({ severity, file, ...problem });

/** A job that can be run, and the warnings about its file at `path`. */
interface ValidJob {
  readonly job: Pick<SyncJob, 'entries'>;
  readonly path?: string;
  readonly warnings: readonly Problem[];
}

/** The result of a job that can be run. */
export const validJson = ({ job, path = '', warnings }: ValidJob): SyncCheckJson => ({
  version: 1,
  valid: true,
  exit_code: EXIT.success,
  sources: job.entries.length,
  problems: warnings.map((warning) => problemJson('warning', path, warning)),
});

/** The result for a job that cannot be run: every problem of its file, or the one of the command line. */
export const invalidJson = (error: WrapperError): SyncCheckJson => {
  const { message, next, exitCode } = error;
  const own = { severity: 'error' as const, message, ...defined({ next }) };
  const problems =
    error instanceof ConfigurationError
      ? error.problems.map((problem) => problemJson('error', error.file, problem))
      : [own];
  return { version: 1, valid: false, exit_code: exitCode, sources: 0, problems };
};
