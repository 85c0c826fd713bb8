import type { ErrorType } from '../../../src/tracking/vocabulary.ts';
import { type Fault, failsWith, plainError, REQUESTS, registryError, type Side } from '../fault.ts';

type Request = keyof typeof REQUESTS;

interface StatusRow {
  readonly status: number;
  readonly code: string;
  readonly errorTypes: readonly ErrorType[];
  readonly headers?: Readonly<Record<string, string>>;
  /** The class when the answer is no error of a registry, if that differs. */
  readonly inHtml?: ErrorType;
  /** The class where an image is pushed, if that differs. */
  readonly inUpload?: ErrorType;
  /** skopeo itself waits and repeats five times after a 429. */
  readonly withinSeconds?: number;
}

const ROWS: readonly StatusRow[] = [
  { status: 401, code: 'UNAUTHORIZED', errorTypes: ['unauthorized'] },
  { status: 403, code: 'DENIED', errorTypes: ['denied'] },
  { status: 404, code: 'NAME_UNKNOWN', errorTypes: ['not_found'], inUpload: 'repository_missing' },
  // skopeo repeats the words of a registry's error, without the status.
  { status: 408, code: 'UNKNOWN', errorTypes: ['request_rejected'], inHtml: 'timeout' },
  { status: 413, code: 'SIZE_INVALID', errorTypes: ['server_error'], inHtml: 'too_large' },
  {
    status: 429,
    code: 'TOOMANYREQUESTS',
    errorTypes: ['rate_limited'],
    headers: { 'retry-after': '1' },
    withinSeconds: 12,
  },
  { status: 500, code: 'UNKNOWN', errorTypes: ['server_error'] },
  { status: 502, code: 'UNAVAILABLE', errorTypes: ['server_error'] },
  { status: 503, code: 'UNAVAILABLE', errorTypes: ['server_error'] },
  { status: 504, code: 'UNAVAILABLE', errorTypes: ['server_error'] },
];

/** Every status on the first of a side's requests, some on the second, some in HTML. */
const FIRST: Readonly<Record<Side, Request>> = { download: 'readManifest', upload: 'startUpload' };
const SECOND: Readonly<Record<Side, Request>> = { download: 'readBlob', upload: 'writeManifest' };
const ALSO_SECOND: ReadonlySet<number> = new Set([403, 404, 429, 500]);
const ALSO_HTML: ReadonlySet<number> = new Set([403, 404, 408, 413, 429, 503]);

const statusFault = (side: Side, request: Request, row: StatusRow): Fault => ({
  name: `${request} answered ${row.status} ${row.code}`,
  side,
  rules: [{ match: REQUESTS[request], do: { answer: registryError(row.status, row.code, row.headers) } }],
  // skopeo 1.16 and later tell a missing image by status 2.
  expect: {
    ...failsWith(...row.errorTypes),
    exitCodes: row.status === 404 ? [1, 2] : [1],
    ...(row.withinSeconds && { withinSeconds: row.withinSeconds }),
  },
});

/** The same from a proxy that answers in HTML. */
const plainFault = (side: Side, request: Request, row: StatusRow): Fault => ({
  ...statusFault(side, request, row.inHtml === undefined ? row : { ...row, errorTypes: [row.inHtml] }),
  name: `${request} answered ${row.status} in HTML`,
  rules: [{ match: REQUESTS[request], do: { answer: plainError(row.status, row.headers) } }],
});

const SIDES = ['download', 'upload'] as const;

/** What the rows mean for a side. */
const rowsOf = (side: Side): readonly StatusRow[] =>
  ROWS.map((row) => (side === 'upload' && row.inUpload !== undefined ? { ...row, errorTypes: [row.inUpload] } : row));

export const STATUS_FAULTS: readonly Fault[] = [
  {
    name: 'rate limited without Retry-After: skopeo waits 30 s in silence, which is no stall',
    side: 'download',
    rules: [{ match: REQUESTS.readManifest, do: { answer: registryError(429, 'TOOMANYREQUESTS') } }],
    flags: ['--stall-timeout', '10s'],
    expect: { ...failsWith('rate_limited'), withinSeconds: 45 },
  },
  {
    name: 'blob refused before it is read',
    side: 'upload',
    rules: [{ match: REQUESTS.sendBlob, do: { answerEarly: plainError(413) } }],
    expect: failsWith('too_large', 'connection_lost'),
  },
  ...SIDES.flatMap((side) => [
    ...rowsOf(side).map((row) => statusFault(side, FIRST[side], row)),
    ...rowsOf(side)
      .filter(({ status }) => ALSO_SECOND.has(status))
      .map((row) => statusFault(side, SECOND[side], row)),
    ...rowsOf(side)
      .filter(({ status }) => ALSO_HTML.has(status))
      .map((row) => plainFault(side, FIRST[side], row)),
  ]),
];
