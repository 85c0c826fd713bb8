const HEX_DIGIT = /[a-f]/g;

/** A hexadecimal digit in either case. */
const hex = (value: number, digits: number): string =>
  value
    .toString(16)
    .padStart(digits, '0')
    .replace(HEX_DIGIT, (digit) => `[${digit}${digit.toUpperCase()}]`);

/** Names that Go's and JSON's strings have for a character. Source: strconv.Quote, RFC 8259 section 7. */
const NAMED: Readonly<Record<string, string>> = {
  '\x07': 'a',
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
  '\v': 'v',
};

/** How HTML, and JSON for HTML, writes a character. Source: Go's html.EscapeString. */
const ENTITIES: Readonly<Record<string, string>> = {
  '"': '(?:#34|quot)',
  "'": '(?:#39|apos)',
  '&': '(?:#38|amp)',
  '<': '(?:#60|lt)',
  '>': '(?:#62|gt)',
};

/** Base64 for URLs has other characters for these two. Source: RFC 4648 section 5. */
const FOR_URLS: Readonly<Record<string, string>> = { '+': '-', '/': '_' };

/** Letters and digits that no encoding of a text writes otherwise. */
const PLAIN = /^[A-Za-z0-9]$/;

/** A text that was quoted up to three times over, as where a log quotes what a server quoted: each time doubles them. */
const MOST_BACKSLASHES = 8;
const BACKSLASHES = `\\\\{1,${MOST_BACKSLASHES}}`;

const codes = (text: string): string =>
  Array.from(text, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`).join('');

/** Ways to write a character, or a run of backslashes, by its numbers alone. */
const numbered = (text: string): readonly string[] => {
  const bytes = [...Buffer.from(text)];
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
  return [
    bytes.map((byte) => `%(?:25){0,3}${hex(byte, 2)}`).join(''),
    units.map((unit) => `${BACKSLASHES}u${hex(unit, 4)}`).join(''),
    bytes.map((byte) => `${BACKSLASHES}x${hex(byte, 2)}`).join(''),
  ];
};

/** A pattern for every way in which encoders write one of {@link PARTS}. */
const spellingsOf = (part: string, isAfterBackslashes = false): string => {
  if (PLAIN.test(part)) return part;
  const numbers = numbered(part);
  if (part.startsWith('\\')) {
    return `(?:${[...numbers, `\\\\{${part.length},${part.length * MOST_BACKSLASHES}}`].join('|')})`;
  }
  const named = NAMED[part];
  const entity = ENTITIES[part];
  // What is longer goes first: the character itself begins some of them.
  return `(?:${[
    ...(entity === undefined ? [] : [`&(?:amp;){0,3}${entity};`]),
    ...numbers,
    ...(named === undefined ? [] : [`${BACKSLASHES}${named}`]),
    ...(part === ' ' ? ['\\+'] : []),
    // Backslashes in front of it belong to those that are there already.
    isAfterBackslashes ? codes(part) : `\\\\{0,${MOST_BACKSLASHES}}${codes(part)}`,
  ].join('|')})`;
};

const PARTS = /\\+|[^\\]/gu;

/**
 * A pattern (flag `u`) for a text in every way in which a log, a URL, JSON, Go's `%q` or HTML writes it, several of them
 * on top of each other included.
 */
export const textPattern = (text: string): string =>
  (text.match(PARTS) ?? []).map((part, at, parts) => spellingsOf(part, parts[at - 1]?.startsWith('\\'))).join('');

/** A pattern for a text in base64: padded or not, for URLs or not, and in every way in which that is written. */
export const base64Pattern = (text: string): string =>
  Array.from(Buffer.from(text).toString('base64').replace(/=+$/, ''), (character) => {
    const other = FOR_URLS[character];
    return other === undefined ? spellingsOf(character) : `(?:${other}|${spellingsOf(character)})`;
  }).join('');
