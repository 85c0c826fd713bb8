/** User and group without rights of their own. */
export const NOBODY = 65_534;

/**
 * Command in front of another that makes it this user's. It may read everything, as the checkout may lie in a home that is
 * closed to others, but write nothing that is not its own.
 */
export const asUser = (uid: number) =>
  [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${uid}`,
    '--clear-groups',
    '--inh-caps=+dac_read_search',
    '--ambient-caps=+dac_read_search',
  ] as const;

/** As {@link asUser}, for a user without rights of its own. */
export const AS_NOBODY = asUser(NOBODY);
