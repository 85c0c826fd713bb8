import { globSync, readFileSync } from 'node:fs';
import { dirname, posix, relative, resolve } from 'node:path';

/** One file that imports another one; paths are relative to the sources. */
export interface Import {
  readonly from: string;
  readonly to: string;
}

/** Rooms, the roof first; a room may import what stands on a lower line only. */
export type Floors = readonly (readonly string[])[];

/** Imports of types count as well, which bundlers do not see; the formatter makes all of them look alike. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'(\.[^']+)'/g;

/** Every import between files below a directory. */
export const readImports = (directory: string): readonly Import[] =>
  globSync('**/*.ts', { cwd: directory }).flatMap((from) => {
    const targets = readFileSync(resolve(directory, from), 'utf8').matchAll(IMPORT);
    return [...targets]
      .map(([, path = '']) => relative(directory, resolve(directory, dirname(from), path)))
      .filter((to) => !to.startsWith('..'))
      .map((to) => ({ from, to }));
  });

/** The floors as a document draws them: a block marked `floors`, a line each, its rooms in the first column. */
export const readFloors = (markdown: string): Floors => {
  const [, block = ''] = /^```floors\n(.*?)^```/ms.exec(markdown) ?? [];
  return block
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (line.split(/ {2,}/)[0] ?? '').split(' · '));
};

const roomOf = (file: string): string => (file.split('/')[0] ?? '').replace(/\.ts$/, '');

const text = ({ from, to }: Import): string => `${from} imports ${to}`;

/** Imports that do not go down, and rooms that are on no floor. */
export const upwardImports = (imports: readonly Import[], floors: Floors): readonly string[] => {
  const floorOf = (file: string): number => floors.findIndex((rooms) => rooms.includes(roomOf(file)));
  const files = new Set(imports.flatMap(({ from, to }) => [from, to]));
  const homeless = [...files].filter((file) => floorOf(file) < 0).map((file) => `${file} is on no floor`);
  const upward = imports
    .filter(({ from, to }) => roomOf(from) !== roomOf(to) && floorOf(from) >= floorOf(to))
    .filter(({ to }) => floorOf(to) >= 0);
  return [...homeless, ...upward.map(text)];
};

const foldersOf = (file: string): readonly string[] => {
  const folder = posix.dirname(file);
  return folder === '.' ? [''] : [...foldersOf(folder), `${folder}/`];
};

/** Leaves only what lies on a circle: whatever nobody imports, or imports nobody, is taken away until nothing changes. */
const onCircles = <T extends Import>(edges: readonly T[]): readonly T[] => {
  const sources = new Set(edges.map(({ from }) => from));
  const targets = new Set(edges.map(({ to }) => to));
  const rest = edges.filter(({ from, to }) => sources.has(to) && targets.has(from));
  return rest.length === edges.length ? rest : onCircles(rest);
};

/**
 * Imports that close a circle, between files or between folders of any level: what stands in one folder is looked at as one
 * thing by the folder above it.
 */
export const circularImports = (imports: readonly Import[]): readonly string[] => {
  const folders = new Set(imports.flatMap(({ from }) => foldersOf(from)));
  const circular = [...folders].flatMap((folder) => {
    const childOf = (file: string): string => file.slice(folder.length).split('/')[0] ?? '';
    const edges = imports
      .filter(({ from, to }) => from.startsWith(folder) && to.startsWith(folder))
      .map((each) => ({ from: childOf(each.from), to: childOf(each.to), import: text(each) }))
      .filter(({ from, to }) => from !== to);
    return onCircles(edges).map((edge) => edge.import);
  });
  return [...new Set(circular)];
};
