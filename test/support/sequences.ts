/**
 * How many random sequences a model runs: a few in `npm test`, as many as SKOPEO_WRAPPER_TEST_SEQUENCES says in
 * `npm run test:nightly`, which runs every test file that asks here.
 */
export const sequences = (few: number): number => Number(process.env.SKOPEO_WRAPPER_TEST_SEQUENCES ?? few);
