import { imageFlags } from './shared.ts';
import { integerFlag, type SubcommandSpec, stringFlag } from './spec.ts';

export const MANIFEST_DIGEST: SubcommandSpec = {
  name: 'manifest-digest',
  summary: 'Compute the digest of a manifest file',
  operands: ['MANIFEST-FILE'],
  flags: [],
};

export const STANDALONE_SIGN: SubcommandSpec = {
  name: 'standalone-sign',
  summary: 'Create a signature from local files',
  operands: ['MANIFEST', 'DOCKER-REFERENCE', 'KEY-FINGERPRINT'],
  flags: [
    stringFlag('output', 'FILE', 'where the signature is written', { short: 'o' }),
    stringFlag('passphrase-file', 'FILE', 'file with the passphrase of the key'),
  ],
};

export const STANDALONE_VERIFY: SubcommandSpec = {
  name: 'standalone-verify',
  summary: 'Verify a signature with local files',
  operands: ['MANIFEST', 'DOCKER-REFERENCE', 'KEY-FINGERPRINTS', 'SIGNATURE'],
  flags: [stringFlag('public-key-file', 'FILE', 'public keys to trust; default: the GPG keyring', { since: '1.12.0' })],
};

export const GENERATE_SIGSTORE_KEY: SubcommandSpec = {
  name: 'generate-sigstore-key',
  summary: 'Generate a sigstore key pair',
  operands: [],
  flags: [
    stringFlag('output-prefix', 'PREFIX', 'write PREFIX.pub and PREFIX.private'),
    stringFlag('passphrase-file', 'FILE', 'file with the passphrase of the private key'),
  ],
  since: '1.11.0',
};

export const SIGNATURE_DUMP: SubcommandSpec = {
  name: 'untrusted-signature-dump-without-verification',
  summary: 'Show a signature without verifying it',
  operands: ['SIGNATURE'],
  flags: [],
  hidden: true,
};

export const IMAGE_PROXY: SubcommandSpec = {
  name: 'experimental-image-proxy',
  summary: 'Serve manifests and blobs to another program over a socket',
  operands: [],
  flags: [...imageFlags(''), integerFlag('sockfd', 'descriptor of the socket')],
  hidden: true,
};
