import type { FailureSubject } from '../facts.ts';
import { any, type FailureClass, HTTP, path, registry, retryFlag, SKOPEO } from './failure-class.ts';

const otherTypes = ({ sync }: FailureSubject): string =>
  sync === 'file'
    ? '"format: oci" or "format: v2s2"; lists need their images ("platforms: all")'
    : '--format oci or --format v2s2; lists need their images (--all)';

/** What to do if skopeo cannot copy an image as requested. */
const wayAround = (obstacle: NonNullable<FailureSubject['obstacle']>, isFile: boolean): string => {
  switch (obstacle) {
    case 'digest':
      return `Its digest would have to change: ${isFile ? 'allow that by "preserve-digests: false"' : 'leave out --preserve-digests'}.`;
    case 'conversion':
      return `It is no usual image and cannot be converted: leave out ${isFile ? '"format"' : '--format'}.`;
    case 'nested-index':
      return `An index within an index cannot be copied whole: ${isFile ? 'name the "platforms" to take' : 'leave out --all'}.`;
  }
};

/** Failures that registries and transports report. */
export const REGISTRY_FAILURES: readonly FailureClass[] = [
  {
    errorType: 'denied',
    pattern: any('(?:^|: |\\n)denied\\b', 'requested access to the resource is denied', `${HTTP}403\\b`),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning:
      'The registry refuses this user, or every user. Some registries say this of images that do not exist, too.',
    next: (subject) =>
      `Ask for the permission on ${registry(subject)}, or log in as a user who has it: skopeo-wrapper login ${registry(subject)}.`,
  },
  {
    errorType: 'unauthorized',
    pattern: any(
      '(?:^|: |\\n)unauthorized\\b',
      'authentication required',
      'invalid username/password',
      `${HTTP}401\\b`,
      '^not logged into',
      'getting username and password: ',
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'Credentials are missing, wrong or expired.',
    next: (subject) =>
      `Log in (skopeo-wrapper login ${registry(subject)}) or give credentials for this command; if you did, check user name and password.`,
  },
  {
    errorType: 'no_matching_platform',
    pattern: any('no image found in (?:image index|manifest list) for architecture'),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The list has no image for this architecture and system.',
    next: ({ sync }) =>
      sync === 'file'
        ? 'Name one that it has as "platforms", or take "platforms: all".'
        : 'Choose one with --override-arch and --override-os, or copy all of them with --all.',
  },
  {
    errorType: 'too_large',
    pattern: any(`${HTTP}413\\b`),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The registry, or a proxy in front of it, refuses a request of that size.',
    next: (subject) => `Raise the body limit in front of ${registry(subject)} (nginx: client_max_body_size 0).`,
  },
  {
    errorType: 'manifest_rejected',
    pattern: any(
      '[Uu]ploading manifest.*(?:manifest invalid|blob unknown to registry|unsupported|manifest blob unknown)',
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The registry took the blobs but not the manifest.',
    next: (subject) => `Try another manifest type that ${registry(subject)} takes: ${otherTypes(subject)}.`,
  },
  {
    errorType: 'quota_exceeded',
    pattern: any('exceed the configured upper limit', 'quota'),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The storage quota of the registry is used up.',
    next: (subject) => `Delete old images on ${registry(subject)} or have the quota raised.`,
  },
  {
    errorType: 'not_found',
    pattern: any(
      'manifest unknown',
      'name unknown',
      'repository name not known to registry',
      'blob unknown',
      `${HTTP}404\\b`,
      'no descriptor found for reference',
      'archive file not found',
      'Tag "[^"]*" not found',
      'does not resolve to an image ID',
      'Image may not exist',
      ': no such file or directory',
      '^No images to sync found',
    ),
    retryable: 'no',
    exitStatus: `${SKOPEO} (2 from 1.16 on when the image is missing)`,
    meaning: 'The image, tag, blob or file does not exist, or the registry hides it from this user.',
    next: ({ path: missing, store, tag, noRegistry, registry: host = 'REGISTRY', repository = 'REPOSITORY' }) => {
      if (noRegistry) return `Check that ${host} is a container registry: it answers, but knows no /v2/.`;
      if (missing !== undefined) return `Check that ${missing} exists.`;
      if (store !== undefined)
        return `Check that ${store} exists and holds ${tag ? `an image named ${tag}` : 'an image'}.`;
      return `Check the name and the tag (skopeo-wrapper list-tags docker://${host}/${repository}); a private image may look missing without a login.`;
    },
  },
  {
    errorType: 'server_error',
    pattern: any(`${HTTP}5\\d\\d\\b`, 'stopped after 10 redirects', 'no Location header in response'),
    retryable: 'yes',
    exitStatus: SKOPEO,
    meaning:
      'The registry itself failed: an internal error, an endless redirect, an answer without a location or without an end.',
    next: (subject) =>
      `Try again later${retryFlag(subject, ' or with')}; ask the operator of ${registry(subject)} if it stays.`,
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
    ),
    retryable: 'yes',
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
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The source sent something that is not a valid manifest.',
    next: (subject) =>
      `Check that ${registry(subject)} is a container registry and that the image was pushed completely.`,
  },
  {
    errorType: 'destination_conflict',
    pattern: any(
      'Refusing to overwrite',
      "doesn't support modifying existing images",
      "don't want to overwrite important data",
    ),
    retryable: 'no',
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
    ),
    retryable: 'no',
    exitStatus: SKOPEO,
    meaning: 'The transport or the registry does not support this, or skopeo does not for this kind of image.',
    next: (subject) =>
      subject.obstacle === undefined
        ? 'Use another transport; a registry may be read-only, or need deletion to be enabled: ask who runs it.'
        : wayAround(subject.obstacle, subject.sync === 'file'),
  },
  {
    errorType: 'partial_failure',
    pattern: any('^Sync failed due to previous reported error'),
    retryable: 'yes',
    exitStatus: `${SKOPEO}; 3 by sync --file`,
    meaning: 'Some images failed; the others are done.',
    next: () => 'See the errors of the single images above; run it again for the rest.',
  },
];
