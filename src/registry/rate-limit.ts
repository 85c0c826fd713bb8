import type { IncomingHttpHeaders } from 'node:http';

const first = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Pulls left of a counted allowance, from Docker Hub's `RateLimit-Remaining: 76;w=21600`. */
export const pullsLeft = (headers: IncomingHttpHeaders): number | undefined => {
  const match = /^\s*(\d+)/.exec(first(headers['ratelimit-remaining']) ?? '');
  return match === null ? undefined : Number(match[1]);
};

/** Seconds that a registry asks to wait: `Retry-After` as a number or a date. */
export const retryAfterSeconds = (headers: IncomingHttpHeaders, wallMs: number): number | undefined => {
  const text = first(headers['retry-after']);
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text.trim())) return Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, (date - wallMs) / 1000);
};
