import { defined } from '../../defined.ts';
import { isDockerHub } from '../../image/docker-hub.ts';
import { parseReference } from '../../image/reference.ts';

/** Which side of a transfer failed. */
export type FailedSide = 'source' | 'destination';

/** The flags of the command that failed, without dashes; a next step is checked against them. */
export interface CommandFlags {
  /** All that the command takes. */
  readonly accepted: ReadonlySet<string>;
  readonly given: ReadonlySet<string>;
}

/** What a failure is about, for the next step. */
export interface FailureSubject {
  readonly side?: FailedSide;
  /** `host[:port]` */
  readonly registry?: string;
  readonly path?: string;
  /** Repository of the image, as the user wrote it. */
  readonly repository?: string;
  /** The file or directory that should hold the image, if it is not in a registry. */
  readonly store?: string;
  readonly tag?: string;
  /** Absent: not known, or no command line. */
  readonly flags?: CommandFlags | undefined;
  /** Another host that failed while the registry was asked: one that blobs or tokens come from. */
  readonly otherHost?: string;
  /** skopeo's words, URLs and mirrors taken away: they decide between the next steps of a class. */
  readonly message?: string;
  /** The prefix of the flags for that side; absent: the command has one image, or the side is not known. */
  readonly flagPrefix?: 'src-' | 'dest-';
  /** An image of `sync`, which has tried again already; whether its settings are flags or keys of a file. */
  readonly sync?: 'flags' | 'file';
}

/**
 * Phases of containers/image that show the side, in the order in which they are checked. A read error appears inside
 * `writing blob: …`, and the URL shown there is the destination's.
 */
const SIDES: readonly (readonly [FailedSide, RegExp])[] = [
  ['source', /happened during read: /],
  [
    'source',
    /^(?:Error copying ref ".*?": )?(?:Invalid source name|initializing source |Source image rejected|reading signatures)/,
  ],
  ['destination', /^(?:Error copying ref ".*?": )?(?:Invalid destination name|initializing destination )/],
  ['destination', /^ \(dest: |trying to reuse blob |writing blob: |initiating layer upload |uploading layer /],
  ['destination', /writing manifest: |[Uu]ploading manifest|writing signatures: |Can not copy signatures to /],
  [
    'source',
    /reading (?:config )?blob |fetching blob: |choosing an image from manifest list |initializing image from source /,
  ],
  ['source', /determining manifest MIME type for |determining repository tags for /],
];

const REGISTRIES: readonly RegExp[] = [
  /pinging container registry (\S+?): /,
  /registry (\S+) is blocked in/,
  /(?:reading manifest \S+ in|uploading manifest \S+ to) ([^\s/]+)\//,
  /(?:logging into|authenticating creds for) "([^"]+)"/,
  /^not logged into (\S+)$/,
  /initiating layer upload to \S+ in (\S+?): /,
  /docker:\/\/([^\s/"]+)\//,
];

const PATH =
  /\b(?:open|stat|lstat|mkdir|write|read|unlinkat|remove|rename|opening file) "?(\/[^\s:"]+)|(?:directory|reading JSON file) "([^"]+)"/;

/**
 * If a message quotes a whole page, only this much of its beginning and of its end is read: the phase is at its
 * beginning, the cause at its end.
 */
const EDGE_LENGTH = 4096;

const startAndEnd = (message: string): string =>
  message.length <= 2 * EDGE_LENGTH ? message : `${message.slice(0, EDGE_LENGTH)} … ${message.slice(-EDGE_LENGTH)}`;

const withoutMirrors = (message: string): string =>
  startAndEnd(message).replace(/\(Mirrors also failed: \[.*?\]\): /s, '');

/** Removes what is about other endpoints: the mirrors that failed before the last one, and URLs. */
export const normalizeMessage = (message: string): string =>
  withoutMirrors(message).replace(/"https?:\/\/[^"]*"/g, '"URL"');

/** Which side a message tells of. */
export const failedSide = (message: string): FailedSide | undefined =>
  SIDES.find(([, pattern]) => pattern.test(message))?.[0];

/** The host that was asked last, where that was not the registry itself. What is read is asked for after what is written. */
const otherHostOf = (message: string, registry: string | undefined): string | undefined => {
  const [asked] = withoutMirrors(message).split('happened during read: ').slice(-1);
  const host = [...(asked ?? '').matchAll(/\b(?:Get|Head|Put|Post|Patch) "https?:\/\/([^/"]+)/g)].at(-1)?.[1];
  if (host === undefined || registry === undefined || host === registry) return undefined;
  return isDockerHub(registry) && isDockerHub(host) ? undefined : host.replace(/^.*@/, '');
};

const flagPrefixOf = (
  side: FailedSide | undefined,
  destination: string | undefined,
): FailureSubject['flagPrefix'] | undefined => {
  if (side === undefined || destination === undefined) return undefined;
  return side === 'source' ? 'src-' : 'dest-';
};

/** The facts in the reference of the failed side. Without a host in the message, its registry is meant. */
const referenceSubject = (reference: string | undefined, named: string | undefined): Omit<FailureSubject, 'side'> => {
  const { registry, repository, tag, path: store } = parseReference(reference ?? '');
  if (store !== undefined) return { ...defined({ registry: named, tag: tag || undefined }), store };
  if (registry === undefined || (named !== undefined && named !== registry)) return named ? { registry: named } : {};
  return { registry, ...(repository && { repository }), ...(tag && { tag }) };
};

/** What a message of skopeo is about; the references of the command provide what it does not say. */
export const failureSubject = (
  asked: string,
  references: {
    readonly source?: string | undefined;
    readonly destination?: string | undefined;
    readonly flags?: CommandFlags | undefined;
  } = {},
): FailureSubject => {
  const message = normalizeMessage(asked);
  const side = failedSide(message);
  const named = REGISTRIES.map((pattern) => pattern.exec(message)?.[1]?.replace(/^.*@/, '')).find(Boolean);
  const match = PATH.exec(message);
  const path = match?.[1] ?? match?.[2];
  const flagPrefix = flagPrefixOf(side, references.destination);
  const subject = referenceSubject(references[side ?? 'source'], named);
  return {
    ...defined({ side }),
    ...subject,
    ...defined({ path, flagPrefix, flags: references.flags, otherHost: otherHostOf(asked, subject.registry) }),
    message,
  };
};
