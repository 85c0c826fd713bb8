import { DEPRECATED_FLAGS, imageFlags, RETRY_FLAGS, SHARED_AUTHFILE, SIGNING_FLAGS } from './shared.ts';
import { booleanFlag, type FlagSpec, integerFlag, type SubcommandSpec, stringFlag } from './spec.ts';

const ENCRYPTION_FLAGS: readonly FlagSpec[] = [
  stringFlag('decryption-key', 'KEY', 'key that decrypts the image', { repeatable: true }),
  integerFlag('encrypt-layer', 'index of a layer to encrypt; negative counts from the end', { repeatable: true }),
  stringFlag('encryption-key', 'PROTOCOL:KEY', 'key that encrypts the image', { repeatable: true }),
];

const DESTINATION_FLAGS: readonly FlagSpec[] = [
  booleanFlag('dest-compress', 'compress layers in a dir: destination'),
  stringFlag('dest-compress-format', 'FORMAT', 'compression: gzip, zstd or zstd:chunked'),
  integerFlag('dest-compress-level', 'compression level'),
  booleanFlag('dest-decompress', 'decompress layers in a dir: destination'),
  booleanFlag('dest-force-compress-format', 'recompress layers of other formats too', { since: '1.21.0' }),
  booleanFlag('dest-oci-accept-uncompressed-layers', 'keep uncompressed layers in an oci: destination'),
  booleanFlag('dest-precompute-digests', 'compute digests first, to skip layers that the registry has'),
];

export const COPY: SubcommandSpec = {
  name: 'copy',
  summary: 'Copy an image from one location to another',
  operands: ['SOURCE-IMAGE', 'DESTINATION-IMAGE'],
  flags: [
    stringFlag('additional-tag', 'REFERENCE', 'further tag (docker-archive: only)', { repeatable: true }),
    booleanFlag('all', 'copy all images of a list', { short: 'a' }),
    stringFlag('digestfile', 'FILE', 'write the digest of the copied image to FILE'),
    stringFlag('format', 'TYPE', 'manifest type at the destination: oci, v2s1 or v2s2', { short: 'f' }),
    integerFlag('image-parallel-copies', 'layers copied at the same time', { since: '1.16.0' }),
    stringFlag('multi-arch', 'MODE', 'multi-arch images: system, all or index-only'),
    booleanFlag('preserve-digests', 'fail rather than change a digest'),
    booleanFlag('quiet', 'no progress output', { short: 'q' }),
    stringFlag('sign-identity', 'REFERENCE', 'identity of the signed image'),
    SHARED_AUTHFILE,
    ...imageFlags('src-'),
    ...imageFlags('dest-'),
    ...DESTINATION_FLAGS,
    ...ENCRYPTION_FLAGS,
    ...SIGNING_FLAGS,
    ...RETRY_FLAGS,
    ...DEPRECATED_FLAGS,
  ],
};
