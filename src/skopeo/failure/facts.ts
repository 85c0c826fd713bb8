import { defined } from '../../defined.ts';
import { parseReference } from '../../image/reference.ts';

/** Which side of a transfer failed. */
type FailedSide = 'source' | 'destination';

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
  /** A passphrase was needed, and nobody could be asked for it. */
  readonly needsPassphrase?: true;
  /** The proxy, not the registry, could not be reached. */
  readonly atProxy?: true;
  /** The server answered, but not like a registry. */
  readonly noRegistry?: true;
  /**
   * Why an image cannot be copied as requested: its digest would change, it cannot be converted, or an index is within
   * its index.
   */
  readonly obstacle?: 'digest' | 'conversion' | 'nested-index';
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

const NO_REGISTRY = /pinging container registry \S+?: .*\b404\b/;

/** Messages of skopeo for a sigstore key, and of GnuPG for its own. */
const NEEDS_PASSPHRASE = /^Cannot prompt for a passphrase|signature: (?:Inappropriate ioctl for device|No pinentry)/;

const OBSTACLES: readonly (readonly [NonNullable<FailureSubject['obstacle']>, RegExp])[] = [
  ['digest', /"Instructed to preserve digests"/],
  ['conversion', /during manifest conversion: |unsupported image-specific operation on artifact/],
  ['nested-index', /received a manifest list instead of a manifest for a single image/],
];

const PATH =
  /\b(?:open|stat|lstat|mkdir|write|read|unlinkat|remove|rename|opening file) "?(\/[^\s:"]+)|(?:directory|reading JSON file) "([^"]+)"/;

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
  message: string,
  references: { readonly source?: string | undefined; readonly destination?: string | undefined } = {},
): FailureSubject => {
  const side = SIDES.find(([, pattern]) => pattern.test(message))?.[0];
  const named = REGISTRIES.map((pattern) => pattern.exec(message)?.[1]?.replace(/^.*@/, '')).find(Boolean);
  const match = PATH.exec(message);
  const path = match?.[1] ?? match?.[2];
  const obstacle = OBSTACLES.find(([, pattern]) => pattern.test(message))?.[0];
  const flagPrefix = flagPrefixOf(side, references.destination);
  return {
    ...defined({ side }),
    ...referenceSubject(references[side ?? 'source'], named),
    ...defined({ path, obstacle, flagPrefix }),
    ...(NEEDS_PASSPHRASE.test(message) && { needsPassphrase: true }),
    ...(/: proxyconnect tcp: /.test(message) && { atProxy: true }),
    ...(NO_REGISTRY.test(message) && { noRegistry: true }),
  };
};
