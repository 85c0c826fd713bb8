import { resolve } from 'node:path';
import type { CommandLine } from '../command-line/command-line.ts';
import { operandArgument, type SkopeoArgument } from '../command-line/skopeo-arguments.ts';
import { linkTarget } from '../host/link-target.ts';
import { parseReference } from '../image/reference.ts';
import { loginsOf } from '../registry/credentials/logins.ts';
import { Secret } from '../secrets/secret.ts';
import { type CopySpec, copyRequest } from './copy-request.ts';
import { handOverNamed } from './named-streams.ts';
import { patienceOf, subjectOfLine, type ToTask } from './request.ts';

/** Keys for whose passphrase skopeo, or GnuPG for it, asks on the terminal. */
const SIGNING_KEYS = ['sign-by', 'sign-by-sigstore', 'sign-by-sigstore-private-key', 'sign-by-sq-fingerprint'];

const mayAsk = ({ values: { byName } }: CommandLine): boolean =>
  SIGNING_KEYS.some((name) => byName.has(name)) && !byName.has('sign-passphrase-file');

/**
 * The streams of a copy. If skopeo may ask for a passphrase on a terminal, it gets the terminal itself: on our
 * pseudo-terminal nobody would see the question. If stdout is used for JSON, skopeo gets no terminal and fails at once.
 */
const streamsOf = (line: CommandLine, hasTerminal: boolean): Pick<CopySpec, 'streams' | 'stdin'> => {
  if (!hasTerminal || !mayAsk(line)) return { streams: 'progress' };
  return line.own.json || line.own.events === '-'
    ? { streams: 'progress', stdin: new Secret('') }
    : { streams: 'data' };
};

/**
 * The arguments of a copy; the link to a docker archive is replaced by the place where it leads. When a copy into a docker
 * archive fails and the archive is still empty, skopeo removes its path. If that is a link, skopeo removes the link (for
 * root even `/dev/stdout`), and not what it leads to.
 */
const withoutLink = ({ skopeoArguments, operands }: CommandLine, cwd: string): readonly SkopeoArgument[] => {
  const destination = operands[1] ?? '';
  const { transport, path = '' } = parseReference(destination);
  const [named, place] = [`docker-archive:${path}`, resolve(cwd, path)];
  if (transport !== 'docker_archive' || !destination.startsWith(named)) return skopeoArguments;
  const target = linkTarget(place);
  if (target === place || target.includes(':')) return skopeoArguments;
  const last = skopeoArguments.findLastIndex(({ type }) => type === 'operand');
  return skopeoArguments.with(last, operandArgument(`docker-archive:${target}${destination.slice(named.length)}`));
};

/** The task of `copy SRC DST`. */
export const copyTask: ToTask = async (line, { env, cwd, hasTerminal, redactor, signal }) => {
  const [source = '', destination = ''] = line.operands;
  const { logins } = await loginsOf(line, { env, redactor, signal });
  const asked = streamsOf(line, hasTerminal);
  const spec: CopySpec = {
    ...patienceOf(line, cwd),
    ...asked,
    streams: handOverNamed(line, cwd, asked.streams),
    subject: subjectOfLine(line),
    from: parseReference(source),
    to: parseReference(destination),
    arguments: withoutLink(line, cwd),
    logins,
    redactor,
  };
  return {
    showsProgress: spec.streams === 'progress',
    request: (context) => copyRequest(spec, context),
  };
};
