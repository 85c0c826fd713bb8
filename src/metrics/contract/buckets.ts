const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** From a quick inspect to a copy of many gigabytes, in seconds. */
export const DURATION_SECONDS_BUCKETS = [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600] as const;

/** From a config to a layer of a model image, fine where most layers lie. */
export const BLOB_SIZE_BYTES_BUCKETS = [
  KIB,
  10 * KIB,
  100 * KIB,
  MIB,
  4 * MIB,
  10 * MIB,
  32 * MIB,
  100 * MIB,
  256 * MIB,
  GIB,
  4 * GIB,
  16 * GIB,
] as const;
