/**
 * Bundles the sources into dist/: `skopeo-wrapper.cjs`, the program with all it needs in one file (run by bin/run.js and
 * put into the executables), and `index.js`, the library, which leaves its dependencies to npm.
 */
import { resolve } from 'node:path';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  keepNames: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/** zod carries its messages in some forty languages, half a megabyte that would be compiled at every start. */
const englishOnly = {
  name: 'english-only',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ resolveDir }) => ({
      path: resolve(resolveDir, '../locales/en.js'),
    }));
  },
};

/** Options that a single executable needs; see docs of Node's SEA: the main script is one CommonJS file. */
const program = {
  ...shared,
  entryPoints: ['src/boot.ts'],
  outfile: 'dist/skopeo-wrapper.cjs',
  format: 'cjs',
  // A SEA has no loader for import(); this turns each into a require that still runs only when it is reached.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': '__filename' },
  // Native code is found at run time: src/native/pty-addon.ts.
  external: ['@lydell/*'],
  // An uncaught error prints the source line it happened in: keep lines short. Minifying whitespace would not.
  minifySyntax: true,
  lineLimit: 160,
  charset: 'ascii',
  plugins: [englishOnly],
};

const library = {
  ...shared,
  entryPoints: ['src/index.ts'],
  outfile: 'dist/index.js',
  format: 'esm',
  packages: 'external',
};

/** Writes the program alone, to `outfile`. Resolves to its path. */
export const buildProgram = async (outfile = resolve(root, program.outfile)) => {
  await build({ ...program, outfile });
  return outfile;
};

/** Writes dist/. Resolves to the path of the program. */
export const buildDist = async () => {
  const [path] = await Promise.all([buildProgram(), build(library)]);
  return path;
};

if (import.meta.main) await buildDist();
