/** Query parameters that tell where something went and carry no key to it; all others are hidden. */
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

const HIDDEN = '[hidden]';

const redactQuery = (query: string): string =>
  query.replace(/([?&])([^=&\s"]+)=([^&\s"]*)/g, (parameter, separator: string, name: string) =>
    OPEN_PARAMETERS.has(name) ? parameter : `${separator}${name}=${HIDDEN}`,
  );

/**
 * Hides what opens a door: credentials in URLs, upload sessions (`_state=…`), signatures of presigned URLs, tokens and
 * authorization headers, and every text of `known`. Everything that came from skopeo, a registry or a user passes
 * through here before it reaches a log, a report or an error text.
 */
export const redactSecrets = (text: string, known: readonly string[] = []): string => {
  const hidden = known
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, HIDDEN), text);
  return hidden
    .replace(/(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^/@\s"']*:[^/@\s"']*@/gi, '$1')
    .replace(/\?[^\s"'<>]+=[^\s"'<>]*/g, redactQuery)
    .replace(/\b(Bearer|Basic)\s+[A-Za-z0-9+/=._~-]{8,}/gi, `$1 ${HIDDEN}`)
    .replace(
      /\b((?:identity|access|refresh|registry)?[_-]?token|password|passwd|secret)(\\?["']?\s*[:=]\s*\\?["']?)[^\s"'\\,;&)]+/gi,
      (match, name: string, separator: string) =>
        /[:=]\s+$/.test(separator) && !/["']/.test(separator) ? match : `${name}${separator}${HIDDEN}`,
    );
};

/** Cuts a text of unbounded length, for places where one line is shown or stored. */
export const shorten = (text: string, limit = 1000): string =>
  text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
