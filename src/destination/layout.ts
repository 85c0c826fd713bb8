import { join } from 'node:path';
import * as z from 'zod';
import { isWhole } from '../image/completeness.ts';
import { REFERENCE_NAME } from '../image/local-image.ts';
import { type Descriptor, indexSchema } from '../image/manifest.ts';
import { conflict } from './bounds.ts';
import type { Files } from './destination-context.ts';
import { identify, moveToFreeName } from './file-identity.ts';
import { isStage, isStageName } from './stage.ts';

const OF_A_LAYOUT: ReadonlySet<string> = new Set(['blobs', 'index.json', 'oci-layout']);
const MAX_INDEX_BYTES = 64n * 1024n * 1024n;

const layoutSchema = z.object({ imageLayoutVersion: z.string() });
const layoutIndexSchema = indexSchema.extend({ schemaVersion: z.literal(2) });
type Index = z.infer<typeof layoutIndexSchema>;

/** As it is written, with the order of its keys: indexes are compared byte by byte. */
const readJson = async <T>(files: Files, path: string, schema: z.ZodType<T>): Promise<T | undefined> => {
  const found = await identify(files, path);
  if (found?.kind !== 'file' || found.sizeBytes > MAX_INDEX_BYTES) return undefined;
  try {
    const written: T = JSON.parse(await files.readFile(path, 'utf8'));
    return schema.safeParse(written).success ? written : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/**
 * Makes sure that a directory is an OCI layout, or the remains of an unfinished one.
 * @throws WrapperError `destination_conflict` for a directory with anything else, or a layout that cannot be read.
 */
export const refuseForeignLayout = async (files: Files, path: string): Promise<void> => {
  const names = new Set(await files.readdir(path));
  const read = { 'oci-layout': layoutSchema, 'index.json': layoutIndexSchema };
  for (const [name, schema] of Object.entries(read)) {
    if (names.has(name) && (await readJson<unknown>(files, join(path, name), schema)) === undefined)
      throw conflict(path, `holds ${name}, which is none of an OCI layout`);
  }
  if (names.has('oci-layout')) return;
  if (names.has('index.json')) throw conflict(path, 'holds index.json, but is no OCI layout');
  for (const name of names) {
    if (!OF_A_LAYOUT.has(name) && !(isStageName(name) && (await isStage(files, join(path, name)))))
      throw conflict(path, `holds ${name} and is no OCI layout`);
  }
};

const nameOf = ({ annotations }: Descriptor): string | undefined => annotations?.[REFERENCE_NAME];

const withoutName = (descriptor: Descriptor): Descriptor => {
  const { [REFERENCE_NAME]: _name, ...rest } = descriptor.annotations ?? {};
  const { annotations: _annotations, ...bare } = descriptor;
  return Object.keys(rest).length === 0 ? bare : { ...bare, annotations: rest };
};

/** Adds an image to an index as skopeo does. Source: containers/image, oci/layout/oci_dest.go, `addManifest`. */
const withManifest = (manifests: readonly Descriptor[], added: Descriptor): readonly Descriptor[] => {
  const name = nameOf(added);
  const renamed =
    name === undefined ? manifests : manifests.map((one) => (nameOf(one) === name ? withoutName(one) : one));
  const same = renamed.findIndex((one) => one.digest === added.digest && nameOf(one) === undefined);
  return same < 0 ? [...renamed, added] : renamed.with(same, added);
};

const readIndex = (files: Files, layout: string): Promise<Index | undefined> =>
  readJson(files, join(layout, 'index.json'), layoutIndexSchema);

const moveBlobs = async (files: Files, from: string, to: string): Promise<void> => {
  for (const algorithm of await files.readdir(from)) {
    await files.mkdir(join(to, algorithm), { recursive: true, mode: 0o755 });
    for (const name of await files.readdir(join(from, algorithm))) {
      const [source, target] = [join(from, algorithm, name), join(to, algorithm, name)];
      const found = await identify(files, target);
      if (found === undefined) await moveToFreeName(files, source, target);
      else if (found.kind === 'file') await files.rename(source, target);
      else throw conflict(target, 'is no file');
    }
  }
};

/** Whether the image in a staged layout has all its blobs; some of these may be in the layout for which it is meant. */
export const isStagedWhole = async (files: Files, staged: string, blobs: string): Promise<boolean> => {
  const [image] = (await readIndex(files, staged))?.manifests.slice(-1) ?? [];
  return image !== undefined && (await isWhole({ kind: 'oci', blobs, digest: image.digest }, 'sizes'));
};

/**
 * Adds the image of a staged layout to the layout at `path`; the caller must hold that layout's lock. It adds the blobs
 * first and then replaces the index in one step, so that every name in it stands for a whole image at every moment.
 */
export const addToLayout = async (
  files: Files,
  { staged, path, stage }: { staged: string; path: string; stage: string },
): Promise<void> => {
  await refuseForeignLayout(files, path);
  await moveBlobs(files, join(staged, 'blobs'), join(path, 'blobs'));
  if ((await identify(files, join(path, 'oci-layout'))) === undefined)
    await moveToFreeName(files, join(staged, 'oci-layout'), join(path, 'oci-layout'));
  const [added, current] = [await readIndex(files, staged), await readIndex(files, path)];
  const index = { ...(current ?? added), manifests: added?.manifests.reduce(withManifest, current?.manifests ?? []) };
  const next = join(stage, 'index.json');
  {
    await using file = await files.open(next, 'wx', 0o644);
    await file.writeFile(JSON.stringify(index));
    await file.sync();
  }
  const target = join(path, 'index.json');
  if (current === undefined) await moveToFreeName(files, next, target);
  else await files.rename(next, target);
};
