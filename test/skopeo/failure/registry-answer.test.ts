import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { classifyFailure, classifyMessage, failureClass } from '../../../src/skopeo/failure/classify.ts';
import { ERROR_TYPES, type ErrorType } from '../../../src/tracking/vocabulary.ts';

const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'));

const STEPS = ['ping', 'token', 'list', 'manifest', 'blob', 'blob-head', 'upload-start', 'upload', 'commit'] as const;
const stepSchema = z.enum([...STEPS, 'manifest-put', 'delete']);
type Step = z.infer<typeof stepSchema>;

/** What skopeo said (scripts/record-answers.ts), with places for host, status and reason. */
const RECORDED = z
  .array(
    z.object({
      command: z.string(),
      step: stepSchema,
      side: z.enum(['source', 'destination']),
      body: z.enum(['none', 'page', 'code', 'foreign', 'usual']),
      message: z.string(),
      versions: z.array(z.string()),
      statuses: z.array(z.number()),
    }),
  )
  .parse(fixture('registry-answers.json'));
type Recorded = (typeof RECORDED)[number];

const fill = ({ message }: Recorded, status: number): string =>
  message
    .replaceAll('HOST', 'reg.example:5000')
    .replaceAll('DIGEST', `sha256:${'0'.repeat(64)}`)
    .replaceAll('STATUS', String(status))
    .replaceAll('REASON', STATUS_CODES[status] ?? 'Reason');

/** Statuses of one form share it; skopeo has forms of its own for these. */
const formOf = (status: number): number => (status === 401 ? 401 : status >= 500 ? 500 : 400);

/** `delete` reads the manifest first and names both steps alike. */
const shownStep = ({ command, step }: Recorded): Step =>
  command === 'delete' && step === 'manifest' ? 'delete' : step;

/** Every status, at every step, as every version says it. */
const ANSWERS = RECORDED.filter(({ body, message }) => body === 'none' && message.includes('STATUS')).flatMap((row) =>
  Array.from({ length: 112 }, (_, at) => 400 + at)
    .filter((status) => row.statuses.some((recorded) => formOf(recorded) === formOf(status)))
    .map((status) => ({ ...row, step: shownStep(row), status, message: fill(row, status) })),
);

const BEGUN_UPLOAD: readonly Step[] = ['upload', 'commit'];
const UPLOAD: readonly Step[] = ['upload-start', ...BEGUN_UPLOAD];

/** What a status without a word means; the reasons are those of RFC 9110 and of the distribution specification. */
const meaning = (status: number, step: Step): ErrorType => {
  const named: Readonly<Record<number, ErrorType>> = {
    401: 'unauthorized',
    402: 'denied',
    403: 'denied',
    405: 'unsupported',
    407: 'proxy_refused',
    408: 'timeout',
    413: 'too_large',
    414: 'name_invalid',
    426: 'protocol_mismatch',
    429: 'rate_limited',
    451: 'denied',
    495: 'tls',
    496: 'tls',
    497: 'protocol_mismatch',
    507: 'quota_exceeded',
    511: 'proxy_refused',
  };
  const found = named[status];
  if (found !== undefined) return found;
  if (status === 404 && ['blob-head', 'upload-start', 'manifest-put'].includes(step)) return 'repository_missing';
  if ([404, 410].includes(status) && UPLOAD.includes(step)) return 'server_error'; // the upload was forgotten
  if ([404, 410].includes(status) && !['token', 'blob-head'].includes(step)) return 'not_found';
  if ([409, 412, 423].includes(status) && ['manifest-put', 'delete'].includes(step)) return 'tag_immutable';
  if (status === 409 && UPLOAD.includes(step)) return 'server_error'; // somebody else uploads the same
  if (status === 412 && ['manifest', 'blob', 'blob-head', ...UPLOAD].includes(step)) return 'denied';
  if ([400, 406, 415, 422].includes(status) && step === 'manifest-put') return 'manifest_rejected';
  if (status === 400 && step === 'token') return 'unauthorized';
  if (status === 501 && ['blob-head', ...UPLOAD, 'manifest-put', 'delete'].includes(step)) return 'unsupported';
  if (status >= 500 || [416, 421, 425, 444, 499].includes(status)) return 'server_error';
  return 'request_rejected';
};

describe('an answer without words', () => {
  it('is recorded of three versions, at every step, from both sides', () => {
    assert.deepEqual(new Set(ANSWERS.flatMap(({ versions }) => versions)), new Set(['1.9.3', '1.18.0', '1.22.0']));
    assert.deepEqual(new Set(ANSWERS.map(({ step }) => step)), new Set(stepSchema.options));
  });

  it('of every status from 400 to 511 has the class that its step makes of it', (context) => {
    let unknown = 0;
    for (const { message, status, step, side } of ANSWERS) {
      const { errorType, side: told, retryable } = classifyFailure({ exitCode: 1, stderrFatal: message });
      if (errorType === 'unknown') unknown++;
      assert.equal(errorType, meaning(status, step), `${step} ${status}: ${message}`);
      if (told !== undefined) assert.equal(told, side, message);
      if (status >= 500 && ![501, 507, 511].includes(status)) assert.equal(retryable, 'yes', message);
    }
    context.diagnostic(`${unknown} of ${ANSWERS.length} answers are unknown`);
    assert.ok(unknown <= ANSWERS.length * 0.02);
  });

  it('is a fault that may pass where skopeo 1.9 passes on nothing of it', () => {
    const mute = RECORDED.filter(
      ({ body, message, step }) => step === 'ping' && body === 'none' && !message.includes('STATUS'),
    );
    assert.ok(mute.length > 0);
    for (const row of mute) {
      const { errorType, next } = classifyFailure({
        exitCode: 1,
        stderrFatal: fill(row, 503),
        source: 'docker://r/a:1',
      });
      assert.equal(errorType, 'server_error', row.message);
      assert.match(next, /answers for \/v2\//);
    }
  });

  it('is told by its page, where a proxy or a web server gives one', () => {
    const pages: readonly (readonly [number, string, ErrorType])[] = [
      [400, '<html>\\r\\n<head><title>400 The plain HTTP request wa...', 'protocol_mismatch'],
      [400, 'Client sent an HTTP request to an HTTPS server.\\n', 'protocol_mismatch'],
      [400, '<html>\\r\\n<head><title>400 No required SSL certifica...', 'tls'],
      [413, '<html>\\r\\n<head><title>413 Request Entity Too Large<...', 'too_large'],
    ];
    for (const [status, page, errorType] of pages)
      assert.equal(
        classifyMessage(
          `initializing source docker://r/a:1: pinging container registry r: StatusCode: ${status}, "${page}"`,
        ),
        errorType,
      );
  });
});

/** What registries say, and where it was read. */
const WORDS = z
  .array(
    z.object({
      registry: z.string(),
      step: stepSchema,
      side: z.enum(['source', 'destination']),
      code: z.string(),
      words: z.string(),
      errorType: z.enum(ERROR_TYPES),
      source: z.string(),
    }),
  )
  .parse(fixture('registry-words.json'));

/** Codes that skopeo knows; it makes `unknown` of others. */
const KNOWN =
  /^(?:UNAUTHORIZED|DENIED|(?:MANIFEST|NAME|BLOB|BLOB_UPLOAD|MANIFEST_BLOB)_UNKNOWN|(?:MANIFEST|NAME|BLOB_UPLOAD|DIGEST|SIZE|RANGE|TAG)_INVALID|TOOMANYREQUESTS|UNSUPPORTED|UNAVAILABLE)$/;

const said = (row: Recorded, code: string, words: string): string =>
  fill(row, 400)
    .replaceAll('SIZE_INVALID', code)
    .replaceAll('FOREIGN', code)
    .replace('size invalid', code.toLowerCase().replaceAll('_', ' '))
    .replaceAll('WORDS OF THE REGISTRY', words);

describe('the words of a registry', () => {
  for (const { registry, step, side, code, words, errorType } of WORDS)
    it(`${registry}, ${side} ${step}: ${code}: ${words.slice(0, 60)}`, () => {
      const body = KNOWN.test(code) ? 'code' : 'foreign';
      const told = RECORDED.filter((row) => row.step === step && row.side === side && row.body === body);
      const forms = told.filter(({ message }) => message.includes('WORDS OF THE REGISTRY'));
      assert.ok(forms.length > 0, `nothing is recorded of ${side} ${step}`);
      for (const row of forms) {
        const message = said(row, code, words);
        assert.equal(classifyMessage(message), errorType, message);
      }
    });

  it('are not taken from names that users choose', () => {
    const message =
      "writing blob: initiating layer upload to /v2/immutable/quota/blobs/uploads/ in reg.example: name unknown: The repository with name 'immutable/quota' does not exist in the registry with id '1'";
    assert.equal(classifyMessage(message), 'repository_missing');
  });
});

it('says how to log in and what to create at the registries of the clouds', () => {
  const commands: readonly (readonly [string, string, RegExp])[] = [
    [
      'unauthorized',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      /aws ecr get-login-password --region eu-west-1 \|/,
    ],
    ['unauthorized', 'europe-docker.pkg.dev', /gcloud auth print-access-token \|/],
    ['unauthorized', 'team.azurecr.io', /az acr login --name team --expose-token/],
    ['unauthorized', 'ghcr.io', /skopeo-wrapper login ghcr\.io/],
    [
      'repository_missing',
      '123456789012.dkr.ecr.eu-west-1.amazonaws.com',
      /aws ecr create-repository .* proj\/repo\/app/,
    ],
    [
      'repository_missing',
      'europe-docker.pkg.dev',
      /gcloud artifacts repositories create repo --project proj --location europe /,
    ],
    ['repository_missing', 'reg.example', /^Create proj\/repo\/app at reg\.example/],
  ];
  for (const [errorType, registry, step] of commands) {
    const known = z.enum(ERROR_TYPES).parse(errorType);
    assert.match(failureClass(known).next({ registry, repository: 'proj/repo/app' }), step);
  }
});
