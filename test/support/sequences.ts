const { SKOPEO_WRAPPER_TEST_SEQUENCES: SEQUENCES } = process.env;

/** Whether this is `npm run test:nightly`, which runs every test file that asks here. */
export const IS_NIGHT = SEQUENCES !== undefined;

/** How many random sequences a model runs: a few in `npm test`, as many as SKOPEO_WRAPPER_TEST_SEQUENCES says at night. */
export const sequences = (few: number): number => Number(SEQUENCES ?? few);
