import { DEPRECATED_FLAGS, RETRY_FLAGS, registryFlags, SHARED_AUTHFILE, SIGNING_FLAGS } from './shared.ts';
import { booleanFlag, type SubcommandSpec, stringFlag } from './spec.ts';

export const SYNC: SubcommandSpec = {
  name: 'sync',
  summary: 'Synchronize images from one location to another',
  operands: ['SOURCE', 'DESTINATION'],
  flags: [
    booleanFlag('all', 'copy all images of a list', { short: 'a' }),
    stringFlag('append-suffix', 'TEXT', 'append TEXT to destination tags', { since: '1.11.0' }),
    stringFlag('dest', 'TRANSPORT', 'transport of the destination: docker or dir', { short: 'd' }),
    stringFlag('digestfile', 'FILE', 'write digests and references of the images to FILE', { since: '1.17.0' }),
    booleanFlag('dry-run', 'copy nothing, say what would be copied'),
    stringFlag('format', 'TYPE', 'manifest type at the destination: oci, v2s1 or v2s2', { short: 'f' }),
    booleanFlag('keep-going', 'go on when an image fails'),
    booleanFlag('preserve-digests', 'fail rather than change a digest'),
    booleanFlag('scoped', 'put the whole source path into the destination path'),
    stringFlag('src', 'TRANSPORT', 'transport of the source: docker, dir or yaml', { short: 's' }),
    SHARED_AUTHFILE,
    ...registryFlags('src-'),
    ...registryFlags('dest-'),
    ...SIGNING_FLAGS,
    ...RETRY_FLAGS,
    ...DEPRECATED_FLAGS,
  ],
};
