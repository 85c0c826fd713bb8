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
const BARE_SECONDS = /^\+?(?:\d+(?:\.\d*)?|\.\d+)$/;

/**
 * Seconds of a duration as Go and skopeo write it (`90s`, `1h30m`, `1.5h`, `300ms`); a bare number is seconds.
 * Undefined: not a duration, or a negative one.
 */
export const parseDuration = (text: string): number | undefined => {
  if (BARE_SECONDS.test(text)) return Number(text);
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

/** The words that Go's `strconv.ParseBool`, hence skopeo, takes for a boolean. Undefined: none of them. */
export const parseBoolean = (text: string): boolean | undefined => {
  if (TRUE.has(text)) return true;
  return FALSE.has(text) ? false : undefined;
};
