/** The code of a system error (`ENOENT`, …); empty for anything else. */
export const errorCode = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** What an error says; whatever else was thrown, as text. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Does something that nothing depends on, and lets it fail: tidying up, mostly. */
export const tryTo = (act: () => void): void => {
  try {
    act();
  } catch {
    // Nothing depends on it.
  }
};
