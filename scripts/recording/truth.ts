import type { RequestRecord } from '../../test/support/proxy/journal.ts';
import type { TrueBlob, TrueImage, Truth } from '../../test/support/recorded-run.ts';
import { type ReadManifest, readManifest } from './manifests.ts';
import { type Place, placeOf } from './places.ts';
import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';

/** An image (or one instance of a list) on its way, and where it stood before. */
interface Passage {
  readonly image: ReadManifest;
  readonly destination: string;
  readonly from: Place;
  readonly to: Place;
  readonly present: ReadonlySet<string>;
  readonly unchanged: boolean;
}

/** What stood where before the run; `finish` compares it with what stands there afterwards. */
export interface Witness {
  finish(exitCode: number | null): Promise<Truth>;
}

const presentBlobs = async (place: Place, digests: readonly string[]): Promise<Set<string>> => {
  const sizes = await Promise.all(digests.map((digest) => place.blobBytes(digest)));
  return new Set(digests.filter((_, index) => sizes[index] !== undefined));
};

const blobsOf = (image: ReadManifest): { kind: TrueBlob['kind']; digest: string }[] => [
  ...image.layers.map((digest) => ({ kind: 'layer' as const, digest })),
  ...(image.config === undefined ? [] : [{ kind: 'config' as const, digest: image.config }]),
];

/** How often a blob was carried whole from the source, or to the destination where the source is a directory. */
const countTransfers = ({ from, to, present }: Passage, digest: string, fromStart: number, toStart: number): number => {
  const whole = ({ method, path, status, completed }: RequestRecord) =>
    method === 'GET' && path.includes(`/blobs/${digest}`) && [200, 206].includes(status) && completed;
  const stored = ({ method, path, status }: RequestRecord) =>
    method === 'PUT' && decodeURIComponent(path).includes(`digest=${digest}`) && status === 201;
  if (from.requests) return from.requests.slice(fromStart).filter(whole).length;
  if (to.requests) return to.requests.slice(toStart).filter(stored).length;
  return present.has(digest) ? 0 : 1;
};

const wasTouched = ({ from, to }: Passage, digest: string, fromStart: number, toStart: number): boolean =>
  [...(from.requests?.slice(fromStart) ?? []), ...(to.requests?.slice(toStart) ?? [])].some(({ path }) =>
    path.includes(digest),
  );

const blobBytes = (requests: readonly RequestRecord[] | undefined, start: number, way: 'upBytes' | 'downBytes') =>
  requests
    ?.slice(start)
    .filter(({ path }) => path.includes('/blobs/'))
    .reduce((sum, request) => sum + request[way], 0);

const passagesOf = async (stage: Stage, scene: Scene): Promise<Passage[]> => {
  const passages: Passage[] = [];
  for (const { source, destination } of scene.pairs) {
    const [from, to] = [placeOf(stage, source), placeOf(stage, destination)];
    const bytes = await from.manifest();
    if (bytes === undefined) continue;
    const top = readManifest(bytes);
    const wanted = top.instances.filter(({ architecture }) => scene.all === true || architecture === 'amd64');
    const images =
      top.instances.length === 0
        ? [top]
        : await Promise.all(
            wanted.map(async ({ digest }) => readManifest((await from.manifest(digest)) ?? Buffer.from('{}'))),
          );
    const before = await to.manifest();
    const unchanged = scene.sync === true && before?.equals(bytes) === true;
    for (const image of images) {
      const digests = blobsOf(image).map(({ digest }) => digest);
      const present = to.emptied ? new Set<string>() : await presentBlobs(to, digests);
      passages.push({ image, destination, from, to, present, unchanged });
    }
  }
  return passages;
};

const listDigest = async (stage: Stage, scene: Scene): Promise<string | undefined> => {
  const bytes = scene.all && scene.pairs[0] && (await placeOf(stage, scene.pairs[0].source).manifest());
  return bytes ? readManifest(bytes).digest : undefined;
};

/** Looks at sources and destinations before a run. */
export const witness = async (stage: Stage, scene: Scene): Promise<Witness> => {
  const passages = await passagesOf(stage, scene);
  const list = await listDigest(stage, scene);
  const fromStart = stage.source.proxy.requests.length;
  const toStart = stage.destination.proxy.requests.length;

  const trueBlob = async (
    passage: Passage,
    { kind, digest }: { kind: TrueBlob['kind']; digest: string },
    spent: Map<string, number>,
    succeeded: boolean,
  ): Promise<TrueBlob> => {
    const sizeBytes = (await passage.from.blobBytes(digest)) ?? 0;
    const blob = (outcome: TrueBlob['outcome']): TrueBlob => ({ kind, digest, sizeBytes, outcome });
    if (passage.unchanged) return blob('skipped');
    const there = (await passage.to.blobBytes(digest)) !== undefined;
    if (!succeeded && !there) return blob(wasTouched(passage, digest, fromStart, toStart) ? 'failed' : 'unstarted');
    const key = `${passage.to.repository} ${digest}`;
    const used = spent.get(key) ?? 0;
    // A local source tells nothing, and a compressed blob arrives under another digest.
    const rewritten = passage.from.requests === undefined && !there;
    const copied = rewritten || used < countTransfers(passage, digest, fromStart, toStart);
    spent.set(key, used + 1);
    return blob(copied ? 'copied' : 'skipped');
  };

  const trueImage = async (passage: Passage, spent: Map<string, number>, succeeded: boolean): Promise<TrueImage> => {
    const { image, destination, to } = passage;
    const arrived = succeeded || (await to.manifest()) !== undefined;
    const blobs: TrueBlob[] = [];
    for (const blob of blobsOf(image)) blobs.push(await trueBlob(passage, blob, spent, succeeded));
    return {
      digest: image.digest,
      mediaType: image.mediaType,
      destination,
      outcome: passage.unchanged ? 'unchanged' : arrived ? 'copied' : 'failed',
      blobs,
    };
  };

  return {
    async finish(exitCode) {
      const succeeded = exitCode === 0;
      const spent = new Map<string, number>();
      const images: TrueImage[] = [];
      for (const passage of passages) images.push(await trueImage(passage, spent, succeeded));
      const stored = succeeded && scene.pairs[0] && (await placeOf(stage, scene.pairs[0].destination).manifest());
      const downloadedBytes = blobBytes(passages[0]?.from.requests, fromStart, 'downBytes');
      const uploadedBytes = blobBytes(passages[0]?.to.requests, toStart, 'upBytes');
      return {
        outcome: succeeded ? 'success' : 'error',
        ...(scene.errorType && !succeeded && { errorType: scene.errorType }),
        attempts: scene.attempts ?? 1,
        images,
        ...(list && { listDigest: list }),
        ...(stored && { destinationDigest: readManifest(stored).digest }),
        ...(downloadedBytes !== undefined && { downloadedBytes }),
        ...(uploadedBytes !== undefined && { uploadedBytes }),
      };
    },
  };
};
