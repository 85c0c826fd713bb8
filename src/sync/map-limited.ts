/**
 * Maps with at most `limit` items at a time, results in order. The first failure rejects, and nothing more is started.
 * Unlike a queue it keeps no object for waiting items, of which there may be tens of thousands.
 */
export const mapLimited = async <T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> => {
  const results = new Array<R>(items.length);
  const waiting = items.entries();
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      if (hasFailed) return;
      results[index] = await map(item);
    }
  };
  const workers = Array.from({ length: Math.min(limit, items.length) }, work);
  await Promise.all(workers).catch((error: unknown) => {
    hasFailed = true;
    throw error;
  });
  return results;
};
