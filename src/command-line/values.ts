const SECONDS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;
const DURATION = new RegExp(`^\\+?(?:${PART.source})+$`);
/** The longest duration that Go, and so skopeo, can hold: 292 years, 2^63 ns. */
const LONGEST_SECONDS = 2 ** 63 / 1e9;
const BARE_SECONDS = /^\+?(?:\d+(?:\.\d*)?|\.\d+)$/;

/**
 * Seconds of a duration as Go and skopeo write it (`90s`, `1h30m`, `1.5h`, `300ms`); a bare number is seconds.
 * Undefined: not a duration, a negative one, or one of more than 292 years.
 */
export const parseDuration = (text: string): number | undefined => {
  const seconds = BARE_SECONDS.test(text) ? Number(text) : secondsOfParts(text);
  return seconds !== undefined && seconds < LONGEST_SECONDS ? seconds : undefined;
};

const secondsOfParts = (text: string): number | undefined => {
  if (!DURATION.test(text)) return undefined;
  const seconds = Array.from(text.matchAll(PART), ([, amount, unit = 's']) => {
    return Number(amount) * (SECONDS_PER_UNIT[unit] ?? 1);
  });
  return seconds.reduce((sum, part) => sum + part, 0);
};

/** What to write instead of a bad duration; for error texts. */
export const DURATION_HINT = 'a duration such as 90s, 10m or 1h30m';

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** The words that Go's `strconv.ParseBool`, and therefore skopeo, accepts for a boolean. Undefined: none of them. */
export const parseBoolean = (text: string): boolean | undefined => {
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : undefined;
};
