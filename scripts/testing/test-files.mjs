import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** The environment variable that says how many sequences a model runs: few in `npm test`, many at night. */
export const SEQUENCES = 'SKOPEO_WRAPPER_TEST_SEQUENCES';

const STARTS_PROGRAMS = /'(?:node:)?child_process'|'execa'|\.listen\(|\bstartListener\b/;
const RELATIVE_IMPORT = /(?:from|import)\s*\(?\s*'(\.[^']+\.(?:ts|mjs))'/g;

/** The sources of a test file and of all that it imports, but for what is under test, in src/. */
const sourcesOf = (file, { root, sources = new Map() }) => {
  if (sources.has(file) || file.startsWith(join(root, 'src/')) || !existsSync(file)) return sources;
  const source = readFileSync(file, 'utf8');
  sources.set(file, source);
  for (const [, specifier] of source.matchAll(RELATIVE_IMPORT)) {
    sourcesOf(resolve(dirname(file), specifier), { root, sources });
  }
  return sources;
};

const mentions = (pattern, file, root) =>
  sourcesOf(join(root, file), { root })
    .values()
    .some((source) => pattern.test(source));

/** Whether a test file neither starts a process nor opens a port, nor anything that it imports from the tests does. */
export const isLight = (file, root) => !mentions(STARTS_PROGRAMS, file, root);

/** A file of the nightly run: by its name, or because a model in it runs as many sequences as it is told. */
const isNightly = (file, root) => file.endsWith('.nightly.ts') || mentions(new RegExp(SEQUENCES), file, root);

const CHOICES = {
  all: { glob: 'test/**/*.test.ts', includes: () => true },
  fast: {
    glob: 'test/**/*.test.ts',
    includes: (file, root) => file === 'test/project.test.ts' || isLight(file, root),
  },
  nightly: { glob: 'test/**/*.{test,nightly}.ts', includes: isNightly },
};

/**
 * The test files of a choice (`all`, `fast`, `nightly`), as paths below `root`; with patterns only those whose path
 * contains one of them.
 */
export const testFiles = ({ root, choice, patterns }) => {
  const { glob, includes } = CHOICES[choice];
  const wanted = patterns.map((pattern) => pattern.replace(/^\.\//, ''));
  return globSync(glob, { cwd: root })
    .filter((file) => wanted.length === 0 || wanted.some((pattern) => file.includes(pattern)))
    .filter((file) => includes(file, root))
    .sort();
};
