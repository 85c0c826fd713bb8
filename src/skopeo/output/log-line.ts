import { DOCKER_HUB, DOCKER_HUB_HOST } from '../../image/docker-hub.ts';
import type { LogLevel, OutputEvent } from '../../tracking/events.ts';

const PRESENT_LAYER = /^Skipping blob (sha256:[0-9a-f]{64}) \(already present\):/;
const INSTANCE = /^(?:Copying|Replicating) instance (sha256:[0-9a-f]{64}) \(\d+\/\d+\)$/;
const STORED_BLOB = /^Upload of layer (sha256:[0-9a-f]{64}) complete$/;
const CHECKED_BLOB = /^Checking if we can reuse blob (sha256:[0-9a-f]{64}):/;
// With the URL of the request.
const TOO_MANY_REQUESTS =
  /^Too many requests to https?:\/\/(?:[^\s/@]*@)?([^\s/]+)\S*: sleeping for ([\d.]+) seconds before next attempt$/;

/**
 * The events in skopeo's `--debug` output: it goes on to an instance of a list, it starts with a layer, the destination
 * has a layer (without progress lines only this shows it), a registry has stored a blob, a registry asked to wait
 * (skopeo is silent for up to a minute). Undefined for all other messages.
 */
export const parseDebugMessage = (message: string): OutputEvent | undefined => {
  const present = PRESENT_LAYER.exec(message)?.[1];
  if (present !== undefined) return { type: 'layer-present', digest: present };
  const checked = CHECKED_BLOB.exec(message)?.[1];
  if (checked !== undefined) return { type: 'blob-checked', digest: checked };
  const digest = STORED_BLOB.exec(message)?.[1];
  if (digest !== undefined) return { type: 'blob-stored', digest };
  const instance = INSTANCE.exec(message)?.[1];
  if (instance !== undefined) return { type: 'instance-logged', digest: instance };
  const [, host, seconds] = TOO_MANY_REQUESTS.exec(message) ?? [];
  if (host === undefined) return undefined;
  const registry = host === DOCKER_HUB_HOST ? DOCKER_HUB : host;
  return { type: 'rate-limited', registry, waitSeconds: Number(seconds) };
};

type LogEvent = Extract<OutputEvent, { type: 'log' }>;

const LOGFMT =
  /^time="[^"]*" level=(panic|fatal|error|warning|info|debug|trace)((?: [A-Za-z_][\w.-]*=(?:"(?:[^"\\]|\\.)*"|[^\s"]*))*)$/;
const PAIR = / ([A-Za-z_][\w.-]*)=(?:"((?:[^"\\]|\\.)*)"|([^\s"]*))/g;
/** logrus on a terminal; colours have been removed from the line already. */
const TERMINAL = /^(FATA|ERRO|WARN|INFO|DEBU|TRAC|PANI)\[\d{4,}\] (.*)$/;

const TERMINAL_LEVELS: Readonly<Record<string, LogLevel>> = {
  FATA: 'fatal',
  ERRO: 'error',
  WARN: 'warning',
  INFO: 'info',
  DEBU: 'debug',
  TRAC: 'trace',
  PANI: 'panic',
};

const LEVELS: ReadonlySet<string> = new Set(Object.values(TERMINAL_LEVELS));
const isLevel = (word: string): word is LogLevel => LEVELS.has(word);

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const ESCAPE = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))/gs;

const codePoint = (hex: string): string => {
  const value = Number.parseInt(hex, 16);
  return value <= 0x10ffff ? String.fromCodePoint(value) : '\ufffd';
};

/** Decodes the content of a Go string literal (`%q`), which is not JSON: `\x..`, `\a`, `\v`, `\U........`. */
export const decodeGoString = (quoted: string): string =>
  quoted.replace(ESCAPE, (_, x?: string, u?: string, U?: string, octal?: string, other?: string) => {
    if (x ?? u ?? U) return codePoint(x ?? u ?? U ?? '');
    if (octal) return String.fromCharCode(Number.parseInt(octal, 8));
    return SIMPLE_ESCAPES[other ?? ''] ?? other ?? '';
  });

/** Reads a log entry of skopeo, logfmt (a pipe) or terminal style; undefined for any other line. */
export const parseLogLine = (text: string): LogEvent | undefined => {
  const terminal = TERMINAL.exec(text);
  if (terminal) {
    const level = TERMINAL_LEVELS[terminal[1] ?? ''] ?? 'info';
    return { type: 'log', level, message: (terminal[2] ?? '').trimEnd(), fields: {} };
  }
  const entry = LOGFMT.exec(text);
  const level = entry?.[1];
  if (!entry || level === undefined || !isLevel(level)) return undefined;
  const fields: Record<string, string> = {};
  for (const [, key = '', quoted, bare] of (entry[2] ?? '').matchAll(PAIR)) {
    fields[key] = quoted === undefined ? (bare ?? '') : decodeGoString(quoted);
  }
  const { msg = '', ...others } = fields;
  return { type: 'log', level, message: msg, fields: others };
};
