/** The code of a system error (`ENOENT`, …); empty for anything else. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** The message of an error; anything else that was thrown, as text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Does something on which nothing depends, and ignores its errors: mostly cleaning up. */
export const tryTo = (act: () => void): void => {
  try {
    act();
  } catch {
    // Nothing depends on it.
  }
};
