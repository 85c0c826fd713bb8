import type { RegistryAccess } from '../../registry/access.ts';
import type { CopyOptions } from '../ports.ts';
import { signingArguments } from '../signing.ts';

/** Options of one side; `prefix` is `src-`, `dest-` or empty. Credentials come by `authFile` alone. */
export const accessArguments = (
  prefix: string,
  { anonymous, certDirectory, tlsVerify }: RegistryAccess,
  authFile: string | undefined,
): string[] => [
  ...(authFile === undefined ? [] : [`--${prefix}authfile=${authFile}`]),
  ...(anonymous === true ? [`--${prefix}no-creds`] : []),
  ...(certDirectory === undefined ? [] : [`--${prefix}cert-dir=${certDirectory}`]),
  ...(tlsVerify === undefined ? [] : [`--${prefix}tls-verify=${tlsVerify}`]),
];

/** Options of `copy` itself, without those of the sides. */
export const copyArguments = (options: CopyOptions): string[] => [
  ...(options.content === 'all' ? ['--all'] : []),
  ...(options.content === 'index-only' ? ['--multi-arch=index-only'] : []),
  ...(options.preserveDigests ? ['--preserve-digests'] : []),
  ...(options.format === undefined ? [] : [`--format=${options.format}`]),
  ...(options.removeSignatures === true ? ['--remove-signatures'] : []),
  ...signingArguments(options),
];

/** skopeo's choice of platform. */
export const platformArguments = ({ platform }: CopyOptions): string[] => [
  ...(platform?.os === undefined ? [] : [`--override-os=${platform.os}`]),
  ...(platform?.architecture === undefined ? [] : [`--override-arch=${platform.architecture}`]),
  ...(platform?.variant === undefined ? [] : [`--override-variant=${platform.variant}`]),
];
