import { operandArgument, type SkopeoArgument } from '../../command-line/skopeo-arguments.ts';
import { parseReference } from '../../image/reference.ts';
import type { CopySpec } from '../../operation/copy-request.ts';
import { subjectOf } from '../../operation/request.ts';
import type { RegistryAccess } from '../../registry/access.ts';
import type { Side, SideLogin } from '../../registry/credentials/logins.ts';
import type { Redactor } from '../../secrets/redactor.ts';
import { Secret } from '../../secrets/secret.ts';
import type { ImageCopyOptions } from '../ports.ts';
import { signingFlags } from '../signing.ts';

/** Many copies run side by side: none may ask anything of whoever sits there. */
const NO_ANSWERS = new Secret('');

const PREFIX: Readonly<Record<Side, string>> = { image: '', source: 'src-', destination: 'dest-' };

const flag = (name: string, value: string | boolean | undefined): SkopeoArgument[] =>
  value === undefined ? [] : [{ type: 'flag', name, written: [value === true ? `--${name}` : `--${name}=${value}`] }];

/** Options of one side. */
export const accessArguments = (
  side: Side,
  { authFile, anonymous, certDirectory, tlsVerify }: RegistryAccess,
): readonly SkopeoArgument[] => {
  const prefix = PREFIX[side];
  return [
    ...flag(`${prefix}authfile`, authFile),
    ...flag(`${prefix}no-creds`, anonymous || undefined),
    ...flag(`${prefix}cert-dir`, certDirectory),
    ...flag(`${prefix}tls-verify`, tlsVerify === undefined ? undefined : String(tlsVerify)),
  ];
};

/** The login that an access names for the registry of a reference. */
export const loginsFor = (side: Side, reference: string, { credentials, authFile }: RegistryAccess): SideLogin[] => {
  const { registry } = parseReference(reference);
  return credentials === undefined || registry === undefined ? [] : [{ side, registry, authFile, login: credentials }];
};

/** Options of `copy` itself, without those of the sides. */
const copyArguments = (copy: ImageCopyOptions): readonly SkopeoArgument[] => [
  ...flag('all', copy.content === 'all' || undefined),
  ...flag('multi-arch', copy.content === 'index-only' ? 'index-only' : undefined),
  ...flag('preserve-digests', copy.preserveDigests || undefined),
  ...flag('format', copy.format),
  ...flag('remove-signatures', copy.removeSignatures || undefined),
  ...flag('dest-shared-blob-dir', copy.sharedBlobs),
  ...signingFlags(copy).flatMap(([name, value]) => flag(name, value)),
];

/** skopeo's choice of platform. */
const platformArguments = ({ platform }: ImageCopyOptions): readonly SkopeoArgument[] => [
  ...flag('override-os', platform?.os),
  ...flag('override-arch', platform?.architecture),
  ...flag('override-variant', platform?.variant),
];

/** The copy of one image, as a part of a run. `globals`: options that every skopeo of the run gets. */
export const copySpecOf = (
  source: string,
  destination: string,
  copy: ImageCopyOptions,
  globals: readonly SkopeoArgument[],
  manifests: NonNullable<CopySpec['manifests']>,
  redactor: Redactor,
): CopySpec => ({
  subject: subjectOf('sync', source, copy.shownDestination ?? destination),
  part: true,
  from: parseReference(source),
  to: parseReference(destination),
  arguments: [
    ...globals,
    ...platformArguments(copy),
    operandArgument('copy'),
    ...copyArguments(copy),
    ...accessArguments('source', copy.sourceAccess),
    ...accessArguments('destination', copy.destinationAccess),
    operandArgument(source),
    operandArgument(destination),
  ],
  logins: [
    ...loginsFor('source', source, copy.sourceAccess),
    ...loginsFor('destination', destination, copy.destinationAccess),
  ],
  redactor,
  streams: 'progress',
  stdin: NO_ANSWERS,
  retry: { times: 0 },
  stallTimeoutSeconds: copy.stallTimeoutSeconds,
  manifests,
});
