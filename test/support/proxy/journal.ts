/** One request that went through the proxy, updated while it runs. */
export interface RequestRecord {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** Status as the client saw it; 0 while or if it saw none. */
  status: number;
  /** Bytes of the request's body that went on to the registry. */
  upBytes: number;
  /** Bytes of the answer's body that went on to the client. */
  downBytes: number;
  /** The answer went through to its end. */
  completed: boolean;
}

/** Counts records by method (`GET|HEAD`), path and status; what is left out counts everything. */
export const countRequests = (
  records: readonly RequestRecord[],
  { method, path, status }: { method?: string; path?: RegExp; status?: number } = {},
): number =>
  records.filter(
    (record) =>
      (method === undefined || method.split('|').includes(record.method)) &&
      (path === undefined || path.test(record.path)) &&
      (status === undefined || record.status === status),
  ).length;
