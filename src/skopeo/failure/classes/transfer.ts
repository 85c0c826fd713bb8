import type { FailureSubject } from '../facts.ts';
import { any, type FailureClass, oneOf, path, registry, retryFlag, SKOPEO, says, wasGiven } from './failure-class.ts';

const oneOfMany = (subject: FailureSubject): string =>
  subject.sync === 'file'
    ? 'name the "platforms" to take'
    : `leave out ${wasGiven(subject, 'all') ? '--all' : '--multi-arch'}`;

/** What goes wrong with an image on its way: it is not there, the registry or the connection fails, a side cannot take it. */
export const TRANSFER_FAILURES: readonly FailureClass[] = [
  {
    errorType: 'not_found',
    pattern: any(
      'manifest unknown',
      'name unknown',
      'repository name not known to registry',
      'blob unknown',
      'no descriptor found for reference',
      'archive file not found',
      'Tag "[^"]*" not found',
      'does not resolve to an image ID',
      'Image may not exist',
      ': no such file or directory',
      '^No images to sync found',
    ),
    answers: [
      { words: /\b(?:artifact|repository|project)\b.*\bnot found/i },
      { codes: ['manifest unknown', 'name unknown', 'blob unknown', 'manifest blob unknown'] },
      { status: oneOf(404, 410), steps: ['ping', 'list', 'manifest', 'blob', 'delete', 'manifest-put'] },
    ],
    retryable: 'no',
    because: 'what is missing stays missing',
    exitStatus: `${SKOPEO} (2 from 1.16 on when the image is missing)`,
    meaning: 'The image, tag, blob or file does not exist, or the registry hides it from this user.',
    next: ({ path: missing, store, tag, registry: host = 'REGISTRY', repository = 'REPOSITORY' }) => {
      if (missing !== undefined) return `Check that ${missing} exists.`;
      if (store !== undefined)
        return `Check that ${store} exists and holds ${tag ? `an image named ${tag}` : 'an image'}.`;
      return `Check the name and the tag (skopeo-wrapper list-tags docker://${host}/${repository}); a private image may look missing without a login.`;
    },
    special: [
      {
        where: 'the server is no registry',
        applies: says(/pinging container registry \S+?: .*\b(?:404|410)\b/),
        next: ({ registry: host = 'REGISTRY' }) =>
          `Check that ${host} is a container registry: it answers, but knows no /v2/.`,
      },
      {
        where: 'an index names an image that is not there',
        applies: says(
          /(?:from manifest list|from image index|choosing an image from).*reading manifest sha256:[0-9a-f]+ in /,
        ),
        next: (subject) => {
          const child = /reading manifest (sha256:[0-9a-f]+)/.exec(subject.message ?? '')?.[1] ?? 'an image';
          return `The source is damaged: its index names ${child}, which is not there. Have it pushed anew, or ${subject.sync === 'file' ? 'name other "platforms"' : 'copy a platform that is there'}.`;
        },
      },
      {
        where: 'a blob is missing',
        applies: says(/fetching blob: .*(?:blob unknown|404|410)/),
        next: (subject) =>
          `The source is damaged: ${registry(subject)} has the manifest and not all of its blobs. Have the image pushed anew.`,
      },
    ],
  },
  {
    errorType: 'server_error',
    // Whatever a server answers at /v2/, skopeo 1.9 says that it cannot talk to a V1 registry.
    pattern: any(
      'stopped after 10 redirects',
      'no Location header in response',
      "can't talk to a V1 container registry",
    ),
    answers: [
      { words: /try again later|temporarily unavailable|service unavailable/i },
      { codes: ['blob upload unknown', 'blob upload invalid', 'range invalid', 'size invalid', 'unavailable'] },
      { status: oneOf(404, 409, 410), steps: ['upload-start', 'upload', 'commit'] },
      { status: (status) => [416, 421, 425, 444, 499].includes(status) },
      { status: (status) => status >= 500 && status !== 501 },
      { status: oneOf(501), steps: ['ping', 'token', 'list', 'manifest', 'blob'] },
    ],
    retryable: 'yes',
    because: 'such faults pass',
    exitStatus: SKOPEO,
    meaning:
      'The registry itself failed: an internal error, an endless redirect, an answer without a location or without an end.',
    next: (subject) =>
      `Try again later${retryFlag(subject, ' or with')}; ask the operator of ${registry(subject)} if it stays.`,
    special: [
      {
        where: 'it does not answer as a registry at all',
        applies: says(/can't talk to a V1 container registry/),
        next: (subject) =>
          `Look at what ${registry(subject)} answers for /v2/: it is down, or is no container registry.`,
      },
      {
        where: 'the registry forgets uploads that it began',
        applies: says(/blob upload unknown|uploading layer .*\b(?:404|410|416)\b/),
        next: (subject) =>
          `Run it again; if it repeats, several servers stand behind ${registry(subject)} without a common storage or secret: ask its operator.`,
      },
    ],
  },
  {
    errorType: 'connection_lost',
    pattern: any(
      '^(?!initializing source (?!docker:)).*unexpected EOF',
      'connection reset by peer',
      'broken pipe',
      'tls: bad record MAC',
      ': EOF$',
      'use of closed network connection',
      'server closed idle connection',
      'client connection (?:lost|force closed)',
      'stream error: ',
      'server sent GOAWAY',
    ),
    retryable: 'yes',
    because: 'the next attempt goes on where this one ended',
    exitStatus: SKOPEO,
    meaning: 'The connection broke in the middle.',
    next: (subject) =>
      `Run it again${retryFlag(subject, ', with')}; blobs that arrived at ${registry(subject)} are not sent again.`,
  },
  {
    errorType: 'invalid_manifest',
    pattern: any(
      '^initializing source (?!docker:).*unexpected EOF',
      'unexpected end of JSON input',
      'invalid character .* (?:looking for|in literal)',
      'unsupported schema',
      '[Rr]egistry returned invalid tag',
      'invalid tag format',
      '^Parsing manifest-list',
      'unsupported manifest media type and schema version',
      'Unimplemented manifest MIME type',
    ),
    retryable: 'no',
    because: 'the source stays as it is',
    exitStatus: SKOPEO,
    meaning: 'The source sent something that is not a valid manifest, or not a valid list of tags.',
    next: (subject) =>
      `Check that ${registry(subject)} is a container registry and that the image was pushed completely.`,
  },
  {
    errorType: 'destination_conflict',
    pattern: any(
      'Refusing to overwrite',
      "doesn't support modifying existing images",
      "don't want to overwrite important data",
      '(?:^Invalid destination name|initializing destination|writing blob).*: (?:not a directory|is a directory|file exists)$',
      'directory not empty',
    ),
    retryable: 'no',
    because: 'what is there stays there',
    exitStatus: SKOPEO,
    meaning: 'Something is at the destination already and is not overwritten.',
    next: (subject) => `Choose another destination, or remove ${path(subject)} first.`,
  },
  {
    errorType: 'unsupported',
    pattern: any(
      'does not support copying multiple images',
      'Deleting images not implemented',
      ': unsupported(?:$|: )',
      '"UNSUPPORTED"',
      'not implemented',
      '"Instructed to preserve digests"',
      'during manifest conversion: ',
      'unsupported image-specific operation on artifact',
      'received a manifest list instead of a manifest for a single image',
      'compression is not supported for type',
      'compression using \\S+ required together with format',
      'Unsupported manifest type',
      'is not supported in this build',
      'locations can only be (?:read from|written to)',
    ),
    answers: [
      { words: /\bread[- ]?only\b|\bdisabled\b|prohibited in/i },
      { codes: ['unsupported'] },
      { status: oneOf(405) },
      { status: oneOf(501) },
    ],
    retryable: 'no',
    because: 'abilities stay as they are',
    exitStatus: SKOPEO,
    meaning: 'The transport or the registry does not support this, or skopeo does not for this kind of image.',
    next: () => 'Use another transport; a registry may be read-only, or need deletion to be enabled: ask who runs it.',
    special: [
      {
        where: 'its digest would have to change',
        applies: says(/"Instructed to preserve digests"/),
        next: ({ sync }) =>
          `Its digest would have to change: ${sync === 'file' ? 'allow that by "preserve-digests: false"' : 'leave out --preserve-digests'}.`,
      },
      {
        where: 'it is an artifact, such as a chart, and no image',
        applies: says(/during manifest conversion: |unsupported image-specific operation on artifact/),
        next: (subject) => {
          const flag = wasGiven(subject, 'format') ? ' and leave out --format' : '';
          return `It is no usual image: look at it by skopeo-wrapper inspect --raw IMAGE; copy it to oci: or to a registry${subject.sync === 'file' ? ' and leave out "format"' : flag}.`;
        },
      },
      {
        where: 'an index is within an index',
        applies: says(/received a manifest list instead of a manifest for a single image/),
        next: (subject) => `An index within an index cannot be copied whole: ${oneOfMany(subject)}.`,
      },
      {
        where: 'the compression does not fit the format',
        applies: says(/compression is not supported for type|compression using \S+ required together with format/),
        next: ({ sync }) =>
          `zstd needs the OCI format: ${sync === 'file' ? 'set "format: oci"' : 'use --format oci, or another --dest-compress-format'}.`,
      },
      {
        where: 'an archive cannot keep the manifest as it is',
        applies: says(/Unsupported manifest type/),
        next: () =>
          'docker-archive: holds Docker images alone: copy to oci-archive:, or let the image be converted (leave out --preserve-digests).',
      },
    ],
  },
  {
    errorType: 'request_rejected',
    answers: [
      { codes: ['unknown', 'tag invalid', 'pagination number invalid'] },
      { status: (status) => status >= 400 && status < 500 },
    ],
    retryable: 'no',
    because: 'the same request is answered in the same way',
    exitStatus: SKOPEO,
    meaning: 'The registry, or a server in front of it, does not take the request, for a reason of its own.',
    next: (subject) =>
      `Its words are above; if they do not help, look into the log of ${registry(subject)}, and of proxies in front of it.`,
  },
  {
    errorType: 'partial_failure',
    pattern: any('^Sync failed due to previous reported error'),
    retryable: 'yes',
    because: 'the images that are done are not copied again',
    exitStatus: `${SKOPEO}; 3 by sync --file`,
    meaning: 'Some images failed; the others are done.',
    next: () => 'See the errors of the single images above; run it again for the rest.',
  },
];
