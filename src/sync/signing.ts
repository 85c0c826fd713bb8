import { usageError } from '../errors/wrapper-error.ts';

/** How images are signed at their destination: property → flag of skopeo, which is also the key in a configuration file. */
export const SIGNING_NAMES = {
  signBy: 'sign-by',
  signBySigstore: 'sign-by-sigstore',
  signBySigstorePrivateKey: 'sign-by-sigstore-private-key',
  signBySqFingerprint: 'sign-by-sq-fingerprint',
  signPassphraseFile: 'sign-passphrase-file',
} as const;

export type SigningSettings = { readonly [Property in keyof typeof SIGNING_NAMES]?: string };

/** The signing settings among texts that are found by flag or key. */
export const readSigning = (textOf: (name: string) => string | undefined): SigningSettings => {
  const given = Object.entries(SIGNING_NAMES).map(([property, name]) => [property, textOf(name)]);
  return Object.fromEntries(given.filter(([, text]) => text !== undefined));
};

/** Name and value of each flag for `skopeo copy`. */
export const signingFlags = (settings: SigningSettings): (readonly [name: string, value: string])[] =>
  (Object.keys(SIGNING_NAMES) as (keyof SigningSettings)[]).flatMap((property) => {
    const text = settings[property];
    return text === undefined ? [] : [[SIGNING_NAMES[property], text] as const];
  });

/** Whether every copy makes new signatures, so that an unchanged image must be copied, too. */
export const signsAnew = ({ signPassphraseFile: _, ...keys }: SigningSettings): boolean =>
  signingFlags(keys).length > 0;

/**
 * Refuses a sigstore key without its passphrase: skopeo would ask for it once for every image, and for many images at
 * the same time. Throws a usage error.
 */
export const refuseMissingPassphrase = ({ signBySigstorePrivateKey, signPassphraseFile }: SigningSettings): void => {
  if (signBySigstorePrivateKey === undefined || signPassphraseFile !== undefined) return;
  throw usageError(
    'sign-by-sigstore-private-key needs sign-passphrase-file: sync asks for no passphrase',
    'Write the passphrase into a file of mode 0600 and name that.',
  );
};
