import { EXIT, usageError, WrapperError } from '../errors/wrapper-error.ts';
import { redactReference } from '../image/reference.ts';
import { type Skopeo, supports } from '../skopeo/binary.ts';
import type { CommandLine } from './command-line.ts';
import type { FlagSpec, SubcommandSpec } from './flags/spec.ts';

const USER_AND_PASSWORD = /^[^/@\s]*:\/{0,2}[^/@\s]*:[^/@\s]*@|^[^/@\s]+:[^/@\s]*@/;

/**
 * Refuses references that hold a user name and a password (`docker://user:password@host/…`). skopeo does not accept
 * them either, but would have them in its arguments and repeat them in its message.
 */
const refuseCredentialsInReferences = (operands: readonly string[]): void => {
  for (const operand of operands) {
    const open = redactReference(operand);
    if (open === operand || !USER_AND_PASSWORD.test(operand)) continue;
    throw usageError(
      `a reference must not hold credentials: ${open}`,
      'Give them with --creds-file, --src-creds-file or --dest-creds-file, or log in: skopeo-wrapper login REGISTRY.',
    );
  }
};

/** How many arguments a usage line allows: `[X]` may be left out, `[X...]` may be repeated. */
const boundsOf = (operands: readonly string[]): { readonly least: number; readonly most: number } => ({
  least: operands.filter((operand) => !operand.startsWith('[')).length,
  most: operands.some((operand) => operand.endsWith('...]'))
    ? Infinity
    : operands.join(' ').split(' ').filter(Boolean).length,
});

/**
 * Refuses a command line with too few or too many arguments. skopeo before 1.18 shows its usage then and ends with
 * status 0; in a cron job nobody would notice. The message does not repeat the arguments: one of them may be a secret
 * in the wrong place.
 */
const refuseOperandCount = ({ spec, operands, values }: CommandLine): void => {
  if (spec === undefined || values.help || values.version) return;
  const { least, most } = boundsOf(spec.operands);
  const usage = [spec.name, ...spec.operands].join(' ');
  if (operands.length < least) {
    throw usageError(
      `${spec.name} needs ${spec.operands.slice(operands.length, least).join(' and ')}`,
      `Usage: ${usage}`,
    );
  }
  if (operands.length > most) {
    const takes = most === 0 ? 'no arguments' : most === 1 ? 'one argument' : `${most} arguments`;
    throw usageError(`${spec.name} takes ${takes}, ${operands.length} were given`, `Usage: ${usage}`);
  }
};

/** What the command line itself tells: bad operands are refused before anything repeats them. Throws usage errors. */
export const refuseOperands = (line: CommandLine): void => {
  refuseCredentialsInReferences(line.operands);
  refuseOperandCount(line);
};

/**
 * Refuses, before anything runs, what the installed skopeo is too old for, and names the version that has it (status
 * 69). `skopeoFlags` does not contain what the wrapper itself implements.
 */
export const refuseUnsupported = (
  { spec, skopeoFlags }: { readonly spec: SubcommandSpec | undefined; readonly skopeoFlags: readonly FlagSpec[] },
  { path, version }: Skopeo,
): void => {
  const refuse = (what: string, since: string | undefined) => {
    if (supports(version, since)) return;
    throw new WrapperError(`${what} needs skopeo ${since}; ${path} is ${version}`, {
      errorType: 'skopeo_missing',
      exitCode: EXIT.unavailable,
      next: 'Install a newer skopeo and name it with --skopeo-path.',
    });
  };
  refuse(`skopeo ${spec?.name}`, spec?.since);
  for (const flag of skopeoFlags) refuse(`--${flag.name}`, flag.since);
};
