import { defined } from '../defined.ts';
/** What a check looks at. */
export const CHECKS = ['skopeo', 'registry', 'login', 'clock', 'state', 'textfile', 'policy', 'space'] as const;

/** `warning`: it works, but not as it should, or it could not be found out. */
export const FINDING_STATUSES = ['ok', 'warning', 'error'] as const;

/** One thing that was looked at. */
export interface Finding {
  readonly check: (typeof CHECKS)[number];
  readonly status: (typeof FINDING_STATUSES)[number];
  /** A registry, a path: what the finding is about. */
  readonly subject: string;
  /** What was found, of which subject; one sentence without a full stop. */
  readonly message: string;
  /** What to do about it. */
  readonly next?: string;
}

/** Makes the findings of one check about one subject. */
export const findingsOf = (check: Finding['check'], subject: string) => {
  const finding =
    (status: Finding['status']) =>
    (message: string, next?: string): Finding => ({
      check,
      status,
      subject,
      message,
      ...defined({ next }),
    });
  return { ok: finding('ok'), warning: finding('warning'), error: finding('error') };
};
