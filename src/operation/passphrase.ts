import type { CommandLine } from '../command-line/command-line.ts';
import { Secret } from '../secrets/secret.ts';
import type { StreamMode } from '../skopeo/process/start-skopeo.ts';

/** Keys whose passphrase is asked for on the terminal: by skopeo, or by GnuPG in its place. */
const SIGNING_KEYS = ['sign-by', 'sign-by-sigstore', 'sign-by-sigstore-private-key', 'sign-by-sq-fingerprint'];

const mayAsk = ({ values: { byName } }: CommandLine): boolean =>
  SIGNING_KEYS.some((name) => byName.has(name)) && !byName.has('sign-passphrase-file');

/**
 * The streams of a copy. Where a passphrase may be asked for on a terminal, skopeo has the terminal to itself: on a
 * pseudo-terminal of ours nobody would see the question. With stdout taken by JSON it is told that there is no terminal,
 * and fails at once.
 */
export const copyStreams = (
  line: CommandLine,
  hasTerminal: boolean,
): { readonly streams: StreamMode; readonly stdin?: Secret } => {
  if (!hasTerminal || !mayAsk(line)) return { streams: 'progress' };
  return line.own.json || line.own.events === '-'
    ? { streams: 'progress', stdin: new Secret('') }
    : { streams: 'data' };
};
