const HEX_DIGIT = /[a-f]/g;

/** A hexadecimal digit in either case. */
const hex = (value: number, digits: number): string =>
  value
    .toString(16)
    .padStart(digits, '0')
    .replace(HEX_DIGIT, (digit) => `[${digit}${digit.toUpperCase()}]`);

/** The escapes of a character in Go's and JSON's strings. Source: strconv.Quote, RFC 8259 section 7. */
const NAMED: Readonly<Record<string, string>> = {
  '\x07': 'a',
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
};

/** How HTML, and JSON for HTML, escapes a character. Source: Go's html.EscapeString. */
const ENTITIES: Readonly<Record<string, string>> = {
  '"': '(?:#34|quot)',
  "'": '(?:#39|apos)',
  '&': '(?:#38|amp)',
  '<': '(?:#60|lt)',
  '>': '(?:#62|gt)',
};

/** Base64 for URLs uses other characters instead of these two. Source: RFC 4648 section 5. */
const FOR_URLS: Readonly<Record<string, string>> = { '+': '-', '/': '_' };

/** Letters and digits, which every encoding of a text leaves as they are. */
const PLAIN = /^[A-Za-z0-9]$/;

/**
 * A text may be quoted up to three times, for example when a log quotes what a server quoted. Each time doubles its
 * backslashes.
 */
const MAX_BACKSLASHES = 8;
const BACKSLASHES = `\\\\{1,${MAX_BACKSLASHES}}`;

const codes = (text: string): string =>
  Array.from(text, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`).join('');

/** Encodings of a character, or of a run of backslashes, that use only its number. */
const numbered = (text: string): readonly string[] => {
  const bytes = [...Buffer.from(text)];
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return [
    bytes.map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join(''),
    units.map((unit) => `${BACKSLASHES}u${hex(unit, 4)}`).join(''),
    bytes.map((byte) => `${BACKSLASHES}x${hex(byte, 2)}`).join(''),
  ];
};

/** A pattern for every encoding of one of {@link PARTS}. */
const spellingsOf = (part: string, isAfterBackslashes = false): string => {
  if (PLAIN.test(part)) return part;
  const numbers = numbered(part);
  if (part.startsWith('\\')) {
    return `(?:${[...numbers, `\\\\{${part.length},${part.length * MAX_BACKSLASHES}}`].join('|')})`;
  }
  const named = NAMED[part];
  const entity = ENTITIES[part];
  // Longer encodings come first: some of them begin with the character itself.
  return `(?:${[
    ...(entity === undefined ? [] : [`&(?:amp;){0,3}${entity};`]),
    ...numbers,
    ...(named === undefined ? [] : [`${BACKSLASHES}${named}`]),
    ...(part === ' ' ? ['\\+'] : []),
    // Backslashes before it belong to those that have been matched already.
    isAfterBackslashes ? codes(part) : `\\\\{0,${MAX_BACKSLASHES}}${codes(part)}`,
  ].join('|')})`;
};

const PARTS = /\\+|[^\\]/gu;

/**
 * A pattern (flag `u`) for a text in every encoding of logs, URLs, JSON, Go's `%q` and HTML, including several of them
 * on top of each other.
 */
export const textPattern = (text: string): string =>
  (text.match(PARTS) ?? []).map((part, at, parts) => spellingsOf(part, parts[at - 1]?.startsWith('\\'))).join('');

/** A pattern for a text in base64: with or without padding, for URLs or not, and in every encoding of the result. */
export const base64Pattern = (text: string): string =>
  Array.from(Buffer.from(text).toString('base64').replace(/=+$/, ''), (character) => {
    const other = FOR_URLS[character];
    return other === undefined ? spellingsOf(character) : `(?:${other}|${spellingsOf(character)})`;
  }).join('');
