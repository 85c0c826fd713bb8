import { EXIT, WrapperError } from '../errors/wrapper-error.ts';
import type { Skopeo } from '../skopeo/binary/find.ts';
import { supports } from '../skopeo/binary/version.ts';
import type { FlagSpec, SubcommandSpec } from './flags/spec.ts';

/**
 * Refuses what the installed skopeo is too old for, before anything runs, and names the version that has it
 * (status 69). What the wrapper does itself is not among `skopeoFlags`.
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
