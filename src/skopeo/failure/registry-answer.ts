import { defined } from '../../defined.ts';

/** Where in the conversation with a registry it answered. */
export type RegistryStep =
  | 'ping'
  | 'token'
  | 'list'
  | 'manifest'
  | 'blob'
  | 'blob-head'
  | 'upload-start'
  | 'upload'
  | 'commit'
  | 'manifest-put'
  | 'delete';

/** What a registry, or a server in its place, answered instead of doing what it was asked for. */
export interface RegistryAnswer {
  /** Absent: skopeo does not say at which step. */
  readonly step?: RegistryStep;
  /** Absent: skopeo passed on the error code and not the status. */
  readonly status?: number;
  /** An error code of the distribution specification in skopeo's spelling (`manifest unknown`); `unknown` for all others. */
  readonly code?: string;
  /** All that follows the step: status, code and the registry's own words. */
  readonly words: string;
}

/** How skopeo names the steps; the last one in a message is where it failed. Source: containers/image, docker/. */
const STEP_PATTERNS: readonly (readonly [RegistryStep, RegExp])[] = [
  ['ping', /pinging container registry \S+: /g],
  ['token', /(?:unable to retrieve auth token|[Rr]equesting bearer token): /g],
  ['list', /(?:fetching tags list|determining repository tags for (?:image|repo) \S+): /g],
  ['manifest', /reading manifest \S+ (?:in|from) \S+: /g],
  ['blob', /fetching blob: |reading (?:config )?blob \S+: /g],
  ['blob-head', /(?:checking whether a blob \S+ exists in|failed to read from destination repository) \S+: /g],
  ['upload-start', /initiating layer upload to \S+ in \S+: /g],
  ['upload', /uploading layer chunked: /g],
  ['commit', /uploading layer to \S+: /g],
  ['manifest-put', /uploading manifest \S+ to \S+: /g],
  ['delete', /(?:^|: )(?:[Ff]ailed to delete|deleting) \S+: /g],
];

/** The steps that only happen at a destination. */
export const DESTINATION_STEPS: readonly RegistryStep[] = [
  'blob-head',
  'upload-start',
  'upload',
  'commit',
  'manifest-put',
];

/**
 * The notations of an HTTP status in messages of containers/image. In parentheses it stands behind the body that `delete`
 * of skopeo 1.9 passes on.
 */
const STATUS =
  /(?:StatusCode: |HTTP status: |status code from registry |bearer token: )(\d{3})\b|^(\d{3}) \(|\((\d{3}) [A-Z][^()]*\)$/;

/**
 * The codes of https://github.com/opencontainers/distribution-spec and of the reference implementation, with the words that
 * skopeo from 1.11 on shows instead of the code where a registry adds nothing to them.
 */
const CODES: Readonly<Record<string, string>> = {
  unauthorized: 'authentication required',
  denied: 'requested access to the resource is denied',
  'manifest unknown': 'manifest unknown',
  'name unknown': 'repository name not known to registry',
  'name invalid': 'invalid repository name',
  'manifest invalid': 'manifest invalid',
  'manifest blob unknown': 'blob unknown to registry',
  'manifest unverified': 'manifest failed signature verification',
  'blob unknown': 'blob unknown to registry',
  'blob upload unknown': 'blob upload unknown to registry',
  'blob upload invalid': 'blob upload invalid',
  'digest invalid': 'provided digest did not match uploaded content',
  'size invalid': 'provided length did not match content length',
  'range invalid': 'invalid content range',
  'tag invalid': 'manifest tag did not match URI',
  'pagination number invalid': 'invalid number of results requested',
  toomanyrequests: 'too many requests',
  unavailable: 'service unavailable',
  unsupported: 'The operation is unsupported.',
  unknown: 'unknown error',
};

const NAMES = Object.keys(CODES).toSorted((one, other) => other.length - one.length);
const CODE = new RegExp(`^(?:invalid username/password: )?(?:errors:\\n)?(${NAMES.join('|')})(?:: |\\n|\\)|$)`);

/** A body that is passed on as it came; https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes */
const BODY = /\{"errors":\s*\[\s*\{"code":\s*"(\w+)"(?:,\s*"message":\s*"((?:[^"\\]|\\.)*)")?/;

const codeOf = (words: string): string | undefined => {
  const passedOn = BODY.exec(words)?.[1]?.toLowerCase().replaceAll('_', ' ');
  if (passedOn !== undefined) return Object.hasOwn(CODES, passedOn) ? passedOn : 'unknown';
  return CODE.exec(words)?.[1] ?? NAMES.find((name) => words.startsWith(CODES[name] ?? name));
};

/** Names within a registry's words; a quoted page is words itself. */
const QUOTED = /(?<!StatusCode: \d{3}, )(?<!\w)(["'`])(?:(?!\1).)*\1/g;

/** The last step that a message names, and what follows it. */
const lastStep = (message: string): { readonly step?: RegistryStep; readonly words: string } => {
  let found: { step: RegistryStep; end: number } | undefined;
  for (const [step, pattern] of STEP_PATTERNS)
    for (const match of message.matchAll(pattern)) {
      const end = match.index + match[0].length;
      if (found === undefined || end > found.end) found = { step, end };
    }
  return found === undefined ? { words: message } : { step: found.step, words: message.slice(found.end) };
};

/** What a registry answered, as skopeo's message tells; undefined where it tells of something else. */
export const registryAnswer = (message: string): RegistryAnswer | undefined => {
  const { step, words } = lastStep(message);
  const digits = STATUS.exec(words)?.slice(1).find(Boolean);
  const status = digits === undefined ? undefined : Number(digits);
  const code = step === undefined ? undefined : codeOf(words);
  if (status === undefined && code === undefined) return undefined;
  return { ...defined({ step, status, code }), words: (BODY.exec(words)?.[2] ?? words).replaceAll(QUOTED, 'NAME') };
};
