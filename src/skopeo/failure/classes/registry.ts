import type { FailureSubject } from '../facts.ts';
import { DESTINATION_STEPS } from '../registry-answer.ts';
import { any, type FailureClass, offers, oneOf, registry, SKOPEO, says } from './failure-class.ts';
import { createCommand, loginCommand } from './registry-commands.ts';

const otherTypes = (subject: FailureSubject): string => {
  if (subject.sync === 'file') return '"format: oci" or "format: v2s2"; lists need their images ("platforms: all")';
  const lists = offers(subject, 'all') ? '; lists need their images (--all)' : '';
  return `oci or v2s2 as --format${lists}`;
};

/** What a registry refuses. */
export const REGISTRY_FAILURES: readonly FailureClass[] = [
  {
    errorType: 'denied',
    pattern: any('(?:^|: |\\n)denied\\b', 'requested access to the resource is denied'),
    answers: [
      {
        words:
          /configured policy|blocking policy|curation|\bvulnerab|not signed|signature verification|not enough permissions/i,
      },
      { codes: ['denied'] },
      { status: oneOf(402, 403, 451) },
      { status: oneOf(412), steps: ['manifest', 'blob', 'blob-head', 'upload-start', 'upload', 'commit'] },
    ],
    retryable: 'no',
    because: 'rights stay as they are',
    exitStatus: SKOPEO,
    meaning:
      'The registry refuses this user, or every user. Some registries say this of images that do not exist, too.',
    next: (subject) =>
      `Ask for the permission on ${registry(subject)}, or log in as a user who has it: ${loginCommand(subject)}.`,
    special: [
      {
        where: 'a policy of the registry blocks the image (vulnerabilities, signatures, approval)',
        applies: says(/configured policy|blocking policy|curation|\bvulnerab|not signed|StatusCode: 412/i),
        next: (subject) =>
          `A policy of ${registry(subject)} blocks this image, for the reason above: have it mended or exempted there.`,
      },
      {
        where: 'it is for legal reasons (451)',
        applies: says(/\b451\b/),
        next: (subject) => `${registry(subject)} does not give it out where you are: take it from another registry.`,
      },
    ],
  },
  {
    errorType: 'unauthorized',
    pattern: any(
      '(?:^|: |\\n)unauthorized\\b',
      'authentication required',
      'invalid username/password',
      '^not logged into',
      'getting username and password: ',
    ),
    answers: [
      {
        words:
          /token (?:has |is )?(?:been )?expired|expired token|reauthenticate|unauthenticated request|no basic auth credentials|invalid username\/password/i,
      },
      { codes: ['unauthorized'] },
      { status: oneOf(401) },
      { status: oneOf(400), steps: ['token'] },
    ],
    retryable: 'no',
    because: 'credentials stay as they are',
    exitStatus: SKOPEO,
    meaning: 'Credentials are missing, wrong or expired.',
    next: (subject) =>
      `Log in (${loginCommand(subject)}) or give credentials for this command; if you did, check user name and password.`,
    special: [
      {
        where: 'the login has expired',
        applies: says(/token (?:has |is )?(?:been )?expired|expired token|reauthenticate/i),
        next: (subject) => `The login has expired; make a new one: ${loginCommand(subject)}.`,
      },
    ],
  },
  {
    errorType: 'no_matching_platform',
    pattern: any('no image found in (?:image index|manifest list) for architecture'),
    retryable: 'no',
    because: 'the list stays as it is',
    exitStatus: SKOPEO,
    meaning: 'The list has no image for this architecture and system.',
    next: (subject) => {
      if (subject.sync === 'file') return 'Name one that it has as "platforms", or take "platforms: all".';
      const all = offers(subject, 'all') ? ', or copy all of them with --all' : '';
      return `Choose one that it has by --override-arch and --override-os${all}.`;
    },
  },
  {
    errorType: 'too_large',
    answers: [{ status: oneOf(413) }],
    retryable: 'no',
    because: 'the image stays as large as it is',
    exitStatus: SKOPEO,
    meaning: 'The registry, or a proxy in front of it, refuses a request of that size.',
    next: (subject) => `Raise the body limit in front of ${registry(subject)} (nginx: client_max_body_size 0).`,
  },
  {
    errorType: 'tag_immutable',
    answers: [
      {
        words:
          /immutab|cannot be overw?ritten|not allow(?:ed)? (?:to )?(?:updating|updat|overwrit|redeploy)|tag \S* ?already exists/i,
      },
      { codes: ['tag invalid'], steps: ['manifest-put'] },
      { status: oneOf(409, 412, 423), steps: ['manifest-put', 'delete'] },
    ],
    retryable: 'no',
    because: 'the tag stays as it is',
    exitStatus: SKOPEO,
    meaning: 'The destination has another image under that tag and does not let it be changed or deleted.',
    next: ({ sync }) =>
      sync === 'file'
        ? 'List the tag under "immutable", so that what is there is left alone, or leave it out by "exclude".'
        : 'Leave the tag as it is, or use another one; the file of a mirror can list such tags as "immutable".',
  },
  {
    errorType: 'repository_missing',
    answers: [
      { words: /(?:project|repository)\b.*\b(?:not found|does not exist)/i, steps: DESTINATION_STEPS },
      { codes: ['name unknown'], steps: DESTINATION_STEPS },
      { status: oneOf(404), steps: ['blob-head', 'upload-start', 'manifest-put'] },
    ],
    retryable: 'no',
    because: 'somebody has to create it first',
    exitStatus: SKOPEO,
    meaning: 'The destination does not create repositories by a push, and has none of that name.',
    next: (subject) => {
      const command = createCommand(subject);
      const place = subject.repository ?? 'the repository, or the project above it,';
      if (command !== undefined) return `Create it, then run this again: ${command}.`;
      return `Create ${place} at ${registry(subject)}, then run this again; check that the name begins as that registry wants it.`;
    },
  },
  {
    errorType: 'name_invalid',
    pattern: any('repository name must not be (?:longer|more) than'),
    answers: [
      { words: /invalid repository name|repository name .*(?:too long|invalid|must)|nested|path components/i },
      { codes: ['name invalid'] },
      { status: oneOf(414) },
    ],
    retryable: 'no',
    because: 'the name stays as it is',
    exitStatus: SKOPEO,
    meaning:
      'The registry has no repositories of such names: too long, too deep, or with letters that it does not take.',
    next: (subject) =>
      subject.sync === 'file'
        ? `Give it a name that ${registry(subject)} takes, such as: rewrite: [{ match: "/", replace: "-" }].`
        : `Choose a name that ${registry(subject)} takes: shorter, with fewer "/", in lower case.`,
  },
  {
    errorType: 'manifest_rejected',
    pattern: any(
      '[Uu]ploading manifest.*(?:manifest invalid|blob unknown to registry|unsupported|manifest blob unknown)',
    ),
    answers: [
      {
        codes: ['manifest invalid', 'manifest blob unknown', 'manifest unverified', 'blob unknown', 'unsupported'],
        steps: ['manifest-put'],
      },
      { status: oneOf(400, 406, 415, 422), steps: ['manifest-put'] },
    ],
    retryable: 'no',
    because: 'the manifest stays as it is',
    exitStatus: SKOPEO,
    meaning: 'The registry took the blobs but not the manifest.',
    next: (subject) => `Try another manifest type that ${registry(subject)} takes: ${otherTypes(subject)}.`,
  },
  {
    errorType: 'quota_exceeded',
    pattern: any('exceed the configured upper limit', 'quota'),
    answers: [
      { words: /\bquota\b|upper limit|(?:storage|size) limit|insufficient storage|no space left/i },
      { status: oneOf(507) },
    ],
    retryable: 'no',
    because: 'somebody has to make room first',
    exitStatus: SKOPEO,
    meaning: 'The storage quota of the registry is used up.',
    next: (subject) => `Delete old images on ${registry(subject)} or have the quota raised.`,
  },
];
