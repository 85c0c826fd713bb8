/** Values of the label `handler` of `skopeo_wrapper_http_requests_total`. */
const HTTP_HANDLERS = ['metrics', 'landing', 'health', 'other'] as const;
export type HttpHandler = (typeof HTTP_HANDLERS)[number];

/** One series of `skopeo_wrapper_http_requests_total`. */
export interface HttpRequestCount {
  readonly handler: HttpHandler;
  /** HTTP status. */
  readonly code: number;
  readonly count: number;
}

export interface RequestCounter {
  add(handler: HttpHandler, code: number): void;
  counts(): HttpRequestCount[];
}

/** Counts answers. Successful and failed scrapes start at 0, so that the first failure is an increase. */
export const createRequestCounter = (): RequestCounter => {
  const counts = new Map<HttpHandler, Map<number, number>>([
    [
      'metrics',
      new Map([
        [200, 0],
        [503, 0],
      ]),
    ],
  ]);
  return {
    add(handler, code) {
      const codes = counts.get(handler) ?? new Map<number, number>();
      counts.set(handler, codes.set(code, (codes.get(code) ?? 0) + 1));
    },
    counts: () =>
      [...counts].flatMap(([handler, codes]) => [...codes].map(([code, count]) => ({ handler, code, count }))),
  };
};
