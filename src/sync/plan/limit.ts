import PQueue from 'p-queue';

/** Maps with at most `limit` at a time, results in order; the first failure rejects and nothing more is started. */
export const mapLimited = async <T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T, index: number) => Promise<R>,
): Promise<R[]> => {
  const queue = new PQueue({ concurrency: limit });
  try {
    return await queue.addAll(items.map((item, index) => () => map(item, index)));
  } finally {
    queue.clear();
  }
};
