import { booleanFlag, type FlagSpec, stringFlag } from './spec.ts';

/** How the destination is signed, for `copy` and `sync`. */
export const SIGNING_FLAGS: readonly FlagSpec[] = [
  booleanFlag('remove-signatures', 'do not copy signatures from the source'),
  stringFlag('sign-by', 'FINGERPRINT', 'sign with this GPG key'),
  stringFlag('sign-by-sigstore', 'FILE', 'sign as a sigstore parameter file says', { since: '1.11.0' }),
  stringFlag('sign-by-sigstore-private-key', 'FILE', 'sign with this sigstore private key'),
  stringFlag('sign-by-sq-fingerprint', 'FINGERPRINT', 'sign with this Sequoia-PGP key', { since: '1.21.0' }),
  stringFlag('sign-passphrase-file', 'FILE', 'file with the passphrase of the signing key'),
];
