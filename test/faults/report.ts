/** What a command says about its image, as far as this suite looks at it. */
export interface Report {
  readonly outcome: 'success' | 'error';
  readonly exitCode: number;
  readonly errorType: string | undefined;
  readonly attempts: number;
  readonly transferredBytes: number;
  readonly durationSeconds: number;
  /** Images of a sync; 0 for a copy. */
  readonly images: number;
  readonly blobs: readonly { readonly digest: string; readonly outcome: 'copied' | 'skipped' | 'failed' }[];
}

const oneObject = (stdout: string): string | undefined => (/^\{.*\}\n$/.test(stdout) ? stdout : undefined);

/** The object that `copy --json` prints. */
export const readCopyReport = (stdout: string): Report | undefined => {
  const text = oneObject(stdout);
  if (text === undefined) return undefined;
  const { outcome, exit_code, error_type, attempts, transferred_bytes, duration_seconds, blobs } = JSON.parse(text);
  return {
    outcome,
    exitCode: exit_code,
    errorType: error_type,
    attempts,
    transferredBytes: transferred_bytes,
    durationSeconds: duration_seconds,
    images: 0,
    blobs,
  };
};

/** The object that `sync --json` prints, for a sync of one image. */
export const readSyncReport = (stdout: string): Report | undefined => {
  const text = oneObject(stdout);
  if (text === undefined) return undefined;
  const { outcome, images, failures, exit_code, duration_seconds, totals } = JSON.parse(text);
  return {
    outcome,
    exitCode: exit_code,
    errorType: images[0]?.error_type ?? failures[0]?.error_type,
    // Without a plan there was no image to attempt.
    attempts: images[0]?.attempts ?? 1,
    transferredBytes: totals.bytes,
    durationSeconds: duration_seconds,
    images: images.length,
    blobs: [],
  };
};
