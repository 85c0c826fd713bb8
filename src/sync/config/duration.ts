const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** What a duration looks like: `90s`, `1h30m`, `90d`, or a bare number of seconds. */
export const DURATION = /^(?:\d+(?:\.\d+)?|(?:\d+(?:\.\d+)?(?:ms|s|m|h|d|w))+)$/;

/** Seconds of a text that matches {@link DURATION}. */
export const durationSeconds = (text: string): number => {
  if (/^[\d.]+$/.test(text)) return Number(text);
  const parts = [...text.matchAll(/([\d.]+)([a-z]+)/g)];
  return parts.reduce((sum, [, number = '', unit = '']) => sum + Number(number) * (UNIT_SECONDS[unit] ?? 0), 0);
};
