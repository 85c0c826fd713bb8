import { booleanFlag, durationFlag, type FlagSpec, integerFlag, stringFlag } from './spec.ts';

/** Which image of a command a flag is about: the only one, the source or the destination. */
type FlagPrefix = '' | 'src-' | 'dest-';

const OURS = { handledByWrapper: true } as const;
const SECRET = { handledByWrapper: true, secret: true } as const;

/** Access to a registry. */
export const registryFlags = (prefix: FlagPrefix): readonly FlagSpec[] => [
  stringFlag(`${prefix}authfile`, 'FILE', 'registry credentials file'),
  stringFlag(`${prefix}cert-dir`, 'DIR', 'certificates (*.crt, *.cert, *.key) for the registry or daemon'),
  stringFlag(`${prefix}creds`, 'USERNAME[:PASSWORD]', 'credentials for the registry', SECRET),
  booleanFlag(`${prefix}no-creds`, 'access the registry anonymously'),
  stringFlag(`${prefix}password`, 'PASSWORD', 'password for the registry', SECRET),
  stringFlag(`${prefix}registry-token`, 'TOKEN', 'bearer token for the registry', SECRET),
  booleanFlag(`${prefix}tls-verify`, 'require HTTPS and verify certificates'),
  stringFlag(`${prefix}username`, 'USERNAME', 'user name for the registry', OURS),
];

/** Access to an image in any transport. */
export const imageFlags = (prefix: FlagPrefix): readonly FlagSpec[] => [
  ...registryFlags(prefix),
  stringFlag(`${prefix}daemon-host`, 'HOST', 'Docker daemon to use (docker-daemon: only)'),
  stringFlag(`${prefix}shared-blob-dir`, 'DIR', 'directory of blobs that OCI layouts share'),
];

/** The credentials file for both sides, where each side also has a flag of its own. */
export const SHARED_AUTHFILE: FlagSpec = stringFlag('authfile', 'FILE', 'registry credentials file of both sides');

/** `copy` and `sync` accept these so that old scripts keep working. */
export const DEPRECATED_FLAGS: readonly FlagSpec[] = [
  stringFlag('screds', 'USERNAME[:PASSWORD]', 'old name of --src-creds', { ...SECRET, hidden: true }),
  stringFlag('dcreds', 'USERNAME[:PASSWORD]', 'old name of --dest-creds', { ...SECRET, hidden: true }),
  booleanFlag('tls-verify', 'require HTTPS and verify certificates on both sides (deprecated)', { hidden: true }),
];

/** Retries have the meaning that they have in skopeo, but the wrapper makes and counts them, for every version. */
export const RETRY_FLAGS: readonly FlagSpec[] = [
  integerFlag('retry-times', 'how often a failed operation is tried again', OURS),
  durationFlag('retry-delay', 'fixed delay between attempts; default: 1 s, doubled each time', {
    ...OURS,
    since: '1.18.0',
  }),
];

/** How the destination is signed, for `copy` and `sync`. */
export const SIGNING_FLAGS: readonly FlagSpec[] = [
  booleanFlag('remove-signatures', 'do not copy signatures from the source'),
  stringFlag('sign-by', 'FINGERPRINT', 'sign with this GPG key'),
  stringFlag('sign-by-sigstore', 'FILE', 'sign as a sigstore parameter file says', { since: '1.11.0' }),
  stringFlag('sign-by-sigstore-private-key', 'FILE', 'sign with this sigstore private key'),
  stringFlag('sign-by-sq-fingerprint', 'FINGERPRINT', 'sign with this Sequoia-PGP key', { since: '1.21.0' }),
  stringFlag('sign-passphrase-file', 'FILE', 'file with the passphrase of the signing key'),
];
