/** Does something that nothing depends on, and lets it fail: tidying up, mostly. */
export const tryTo = (act: () => void): void => {
  try {
    act();
  } catch {
    // Nothing depends on it.
  }
};
