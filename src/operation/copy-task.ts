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

/** Keys whose passphrase is asked for on the terminal: by skopeo, or by GnuPG in its place. */
const SIGNING_KEYS = ['sign-by', 'sign-by-sigstore', 'sign-by-sigstore-private-key', 'sign-by-sq-fingerprint'];

const mayAsk = ({ values: { byName } }: CommandLine): boolean =>
  SIGNING_KEYS.some((name) => byName.has(name)) && !byName.has('sign-passphrase-file');

/**
 * The streams of a copy. Where a passphrase may be asked for on a terminal, skopeo has the terminal to itself: on a
 * pseudo-terminal of ours nobody would see the question. With stdout taken by JSON it is told that there is no terminal,
 * and fails at once.
 */
const streamsOf = (line: CommandLine, hasTerminal: boolean): Pick<CopySpec, 'streams' | 'stdin'> => {
  if (!hasTerminal || !mayAsk(line)) return { streams: 'progress' };
  return line.own.json || line.own.events === '-'
    ? { streams: 'progress', stdin: new Secret('') }
    : { streams: 'data' };
};

/**
 * The arguments of a copy; a docker archive that is named by a link is named by where the link leads. skopeo removes it by
 * its name when a copy into it fails and it is empty by then: of a link the link (`/dev/stdout`, for root), and not what it
 * leads to.
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

/** What `copy SRC DST` asks for. */
export const copyTask: ToTask = (line, { env, cwd, hasTerminal, redactor }) => {
  const [source = '', destination = ''] = line.operands;
  const { logins } = loginsOf(line, env, redactor);
  const asked = streamsOf(line, hasTerminal);
  const spec: CopySpec = {
    ...patienceOf(line),
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
