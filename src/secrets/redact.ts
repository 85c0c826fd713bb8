/** Query parameters that say where a request went and contain no secret; all others are hidden. */
const OPEN_PARAMETERS = new Set([
  'account',
  'digest',
  'from',
  'last',
  'mount',
  'n',
  'page',
  'page_size',
  'scope',
  'service',
]);

/** The text that replaces a secret. */
export const HIDDEN = '[hidden]';

/** Values of parameters in a query, and in anything that looks like one. */
const redactQuery = (query: string): string =>
  query
    .split('&')
    .map((parameter, at) => {
      const equals = parameter.indexOf('=');
      const name = parameter.slice(at === 0 ? 1 : 0, equals);
      return equals < 0 || OPEN_PARAMETERS.has(name) ? parameter : `${parameter.slice(0, equals)}=${HIDDEN}`;
    })
    .join('&');

/** User information with a password is hidden; a user name alone stays. */
const redactUserinfo = (match: string, scheme: string): string => (match.includes(':', scheme.length) ? scheme : match);

/**
 * Hides secrets that have a recognisable form: credentials in URLs, upload sessions (`_state=…`), signatures of
 * presigned URLs, tokens and authorization headers. The time of each pattern is proportional to the text, whatever a
 * registry sends.
 */
export const redactSecrets = (text: string): string =>
  text
    .replace(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^/@\s"']*@/gi, redactUserinfo)
    .replace(/\?[^\s"'<>]*/g, redactQuery)
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, `$1 ${HIDDEN}`)
    .replace(
      /\b((?:identity|access|refresh|registry)?[_-]?token|password|passwd|secret)(\\?["']?\s*[:=]\s*\\?["']?)[^\s"'\\,;&)]+/gi,
      (match, name: string, separator: string) =>
        /[:=]\s+$/.test(separator) && !/["']/.test(separator) ? match : `${name}${separator}${HIDDEN}`,
    );

/** Shortens a text of any length, for places where one line is shown or stored. */
export const shorten = (text: string, limit = 1000): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
