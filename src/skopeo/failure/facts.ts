import { parseReference } from '../reference/parse.ts';

/** Which side of a transfer failed. */
export type FailedSide = 'source' | 'destination';

/** Things that a failure is about, for the next step. */
export interface FailureSubject {
  readonly side?: FailedSide;
  /** `host[:port]` */
  readonly registry?: string;
  readonly path?: string;
  /** What the flags for that side begin with; absent: the command has one image, or the side is not known. */
  readonly flagPrefix?: 'src-' | 'dest-';
}

/**
 * Phases of containers/image that tell the side, in the order in which they decide. A read error surfaces inside
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
  /\b(?:open|stat|lstat|mkdir|write|read|unlinkat|remove|rename|opening file) "?(\/[^\s:"]+)|directory "(\/[^"]+)"/;

const flagPrefixOf = (side: FailedSide | undefined, destination: string | undefined) => {
  if (side === undefined || destination === undefined) return undefined;
  return side === 'source' ? 'src-' : 'dest-';
};

const registryOf = (reference: string | undefined): string | undefined =>
  reference === undefined ? undefined : parseReference(reference).registry;

/** What a message of skopeo is about; the references of the command fill in what it does not say. */
export const failureSubject = (
  message: string,
  references: { readonly source?: string | undefined; readonly destination?: string | undefined } = {},
): FailureSubject => {
  const side = SIDES.find(([, pattern]) => pattern.test(message))?.[0];
  const named = REGISTRIES.map((pattern) => pattern.exec(message)?.[1]?.replace(/^.*@/, '')).find(Boolean);
  const registry = named ?? registryOf(references[side ?? 'source']);
  const match = PATH.exec(message);
  const path = match?.[1] ?? match?.[2];
  const flagPrefix = flagPrefixOf(side, references.destination);
  return {
    ...(side !== undefined && { side }),
    ...(registry !== undefined && { registry }),
    ...(path !== undefined && { path }),
    ...(flagPrefix !== undefined && { flagPrefix }),
  };
};
