import { defined } from '../defined.ts';
/** The names of the checks. */
export const CHECKS = ['skopeo', 'registry', 'login', 'clock', 'state', 'textfile', 'policy', 'space'] as const;

/** `warning`: it works, but not as it should, or the check could not find out. */
export const FINDING_STATUSES = ['ok', 'warning', 'error'] as const;

/** The result of one check of one subject. */
export interface CheckFinding {
  readonly check: (typeof CHECKS)[number];
  readonly status: (typeof FINDING_STATUSES)[number];
  /** What the finding is about: a registry, a path. */
  readonly subject: string;
  /** What was found; one sentence that names the subject, without a full stop. */
  readonly message: string;
  /** What to do about it. */
  readonly next?: string;
}

/** Makes the findings of one check about one subject. */
export const findingsOf = (check: CheckFinding['check'], subject: string) => {
  const finding =
    (status: CheckFinding['status']) =>
    (message: string, next?: string): CheckFinding => ({
      check,
      status,
      subject,
      message,
      ...defined({ next }),
    });
  return { ok: finding('ok'), warning: finding('warning'), error: finding('error') };
};
