import { glob, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isSeq, LineCounter, parseAllDocuments, visit } from 'yaml';

const ROOT = resolve(import.meta.dirname, '../../..');

/** What people read and copy: pages, crontabs, units, manifests. */
const PAGES = ['*.md', 'docs/**/*.md', 'examples/**/*.md'];
const SCRIPTS = ['examples/cron/*', 'examples/systemd/*.service'];
const MANIFESTS = ['examples/kubernetes/*.yml'];

/** A file for people, by its path in the repository. */
export interface ShownFile {
  readonly path: string;
  readonly text: string;
}

/** A call of this program that a file shows. */
export interface ShownCommandLine {
  /** `FILE:LINE`. */
  readonly place: string;
  /** Without the program itself. */
  readonly argv: readonly string[];
}

const readAll = async (patterns: readonly string[]): Promise<ShownFile[]> => {
  const paths = await Array.fromAsync(glob([...patterns], { cwd: ROOT }));
  return Promise.all(paths.sort().map(async (path) => ({ path, text: await readFile(join(ROOT, path), 'utf8') })));
};

/** All files that {@link shownCommandLines} reads. */
export const shownFiles = (): Promise<ShownFile[]> => readAll([...PAGES, ...SCRIPTS, ...MANIFESTS]);

const placeAt = ({ path, text }: ShownFile, offset: number): string =>
  `${path}:${text.slice(0, offset).split('\n').length}`;

/** Words up to where the shell ends the command. Quotes are not understood, so none may be shown. */
const wordsOf = (command: string): string[] => {
  const words = command.replaceAll('\\\n', ' ').split(/\s+/).filter(Boolean);
  const end = words.findIndex((word) => /^(#|\||>|<|;|&)/.test(word));
  return end < 0 ? words : words.slice(0, end);
};

// A word behind an option (`--groups skopeo-wrapper`) is no program.
const CALL = /(?<!\s-[\w-]+ +)(?<=^|[\s/=])skopeo-wrapper +(?<command>(?:[^\n]*\\\n)*[^\n]*)/gm;

const callsIn = (file: ShownFile, start = 0, end = file.text.length): ShownCommandLine[] =>
  [...file.text.slice(start, end).matchAll(CALL)].map(({ index, groups }) => ({
    place: placeAt(file, start + index),
    argv: wordsOf(groups?.command ?? ''),
  }));

const SHELL_BLOCK = /^ *```(?:sh|bash|console|cron)\n(?<code>.*?)^ *```$/gms;
const INLINE_CALL = /`skopeo-wrapper (?<command>[^`]+)`/g;

const callsOfPage = (file: ShownFile): ShownCommandLine[] => [
  ...[...file.text.matchAll(SHELL_BLOCK)].flatMap(({ index, 0: block }) =>
    callsIn(file, index, index + block.length - 1),
  ),
  ...[...file.text.matchAll(INLINE_CALL)].map(({ index, groups }) => ({
    place: placeAt(file, index),
    argv: wordsOf(groups?.command ?? ''),
  })),
];

/** The lines of crontabs and units that are no comments. */
const callsOfScript = ({ path, text }: ShownFile): ShownCommandLine[] =>
  callsIn({ path, text: text.replaceAll(/^(#|Description=).*$/gm, '') });

/** `args` of containers; what Kubernetes puts in for `$(NAME)` is a 0 here. */
const callsOfManifest = ({ path, text }: ShownFile): ShownCommandLine[] => {
  const lineCounter = new LineCounter();
  const calls: ShownCommandLine[] = [];
  for (const document of parseAllDocuments(text, { lineCounter })) {
    visit(document, {
      Pair(_, { key, value }) {
        if (String(key) !== 'args' || !isSeq(value)) return;
        const argv = value.items.map((item) => String(item).replaceAll(/\$\(\w+\)/g, '0'));
        calls.push({ place: `${path}:${lineCounter.linePos(value.range?.[0] ?? 0).line}`, argv });
      },
    });
  }
  return calls;
};

/** Every call of this program in the documentation and the examples. */
export const shownCommandLines = async (): Promise<ShownCommandLine[]> => [
  ...(await readAll(PAGES)).flatMap(callsOfPage),
  ...(await readAll(SCRIPTS)).flatMap(callsOfScript),
  ...(await readAll(MANIFESTS)).flatMap(callsOfManifest),
];
