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
  return text === undefined ? undefined : { ...JSON.parse(text), images: 0 };
};

/** The object that `sync --json` prints, for a sync of one image. */
export const readSyncReport = (stdout: string): Report | undefined => {
  const text = oneObject(stdout);
  if (text === undefined) return undefined;
  const { images, failures, exitCode, durationSeconds, totals } = JSON.parse(text);
  return {
    outcome: exitCode === 0 ? 'success' : 'error',
    exitCode,
    errorType: images[0]?.errorType ?? failures[0]?.errorType,
    // Without a plan there was no image to attempt.
    attempts: images[0]?.attempts ?? 1,
    transferredBytes: totals.bytes,
    durationSeconds,
    images: images.length,
    blobs: [],
  };
};
