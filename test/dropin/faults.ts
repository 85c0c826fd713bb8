import type { CannedAnswer, Rule } from '../support/proxy.ts';

const errors = (code: string, message: string): string => JSON.stringify({ errors: [{ code, message }] });

const JSON_TYPE = { 'content-type': 'application/json' };

/** Every repository `fault/NAME` of the faulty registry answers so; all others work. */
const ANSWERS: Readonly<Record<string, CannedAnswer>> = {
  denied: { status: 403, headers: JSON_TYPE, body: errors('DENIED', 'requested access to the resource is denied') },
  forbidden: { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>403</html>' },
  unauthorized: { status: 401, headers: JSON_TYPE, body: errors('UNAUTHORIZED', 'authentication required') },
  'html-404': { status: 404, headers: { 'content-type': 'text/html' }, body: '<html>404</html>' },
  'manifest-unknown': { status: 404, headers: JSON_TYPE, body: errors('MANIFEST_UNKNOWN', 'manifest unknown') },
  'name-unknown': { status: 404, headers: JSON_TYPE, body: errors('NAME_UNKNOWN', 'repository name not known') },
  broken: { status: 500, body: 'oops' },
  unavailable: { status: 503, body: 'later' },
  'no-json': { status: 200, headers: JSON_TYPE, body: 'not a manifest' },
};

export const FAULTS: readonly Rule[] = [
  ...Object.entries(ANSWERS).map(
    ([name, answer]): Rule => ({ match: { path: new RegExp(`^/v2/fault/${name}/`) }, do: { answer } }),
  ),
  { match: { path: /^\/v2\/fault\/hang-up\// }, do: { hangUp: true } },
  { match: { path: /^\/v2\/fault\/reset\// }, do: { reset: true } },
];
