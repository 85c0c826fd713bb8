/**
 * Bundles the sources into dist/: the program with all it needs (run by bin/run.js) and, run as a script, `index.js`, the
 * library, which leaves its dependencies to npm, with its types.
 */
import { rm } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { buildDeclarations } from './support/declarations.mjs';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** Of a module specifier such as `@scope/name/part`. */
const PACKAGE_NAME = /^(?:@[^/]+\/)?[^/]+/;

const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
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

/** prom-client loads this when it is loaded itself, and with it zlib and https, which a short command never needs. */
const noPushgateway = {
  name: 'no-pushgateway',
  setup: ({ onLoad }) => {
    onLoad({ filter: /\/prom-client\/lib\/pushgateway\.js$/ }, () => ({ contents: '' }));
  },
};

/** Options of the program as one CommonJS file, which is what an executable can hold (see Node's docs on SEA). */
const program = {
  ...shared,
  format: 'cjs',
  // A SEA has no loader for import(); this turns each into a require that still runs only when it is reached.
  supported: { 'dynamic-import': false },
  define: { 'import.meta.url': '__filename', 'import.meta.dirname': '__dirname' },
  // Native code is found at run time: src/skopeo/process/pty-addon.ts.
  external: ['@lydell/*'],
  // An uncaught error prints the source line it happened in: keep lines short. Minifying whitespace would not.
  minifySyntax: true,
  lineLimit: 160,
  charset: 'ascii',
  plugins: [englishOnly, noPushgateway],
};

const library = {
  ...shared,
  entryPoints: ['src/index.ts'],
  format: 'esm',
  packages: 'external',
  metafile: true,
};

/** The entries of the program: for Node, and for an executable that holds one. */
export const BOOTS = { node: 'src/boot/script.ts', executable: 'src/boot/executable.ts' };

/** Writes the program: `boot.cjs`, which starts, and `program.cjs`, which it loads. Resolves to their paths. */
export const buildProgram = async (directory = dist, boot = BOOTS.node) => {
  const parts = { boot: join(directory, 'boot.cjs'), program: join(directory, 'program.cjs') };
  await rm(join(directory, 'program.v8-cache'), { force: true }); // that of another program
  await Promise.all([
    build({ ...program, entryPoints: [boot], outfile: parts.boot }),
    build({ ...program, entryPoints: ['src/main.ts'], outfile: parts.program }),
  ]);
  return parts;
};

/** Writes the library without its types. Resolves to the names of the packages that it imports. */
export const bundleLibrary = async (directory) => {
  const { metafile } = await build({ ...library, outfile: join(directory, 'index.js') });
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  const packages = imports.filter(({ external }) => external).map(({ path }) => PACKAGE_NAME.exec(path)?.[0] ?? path);
  return [...new Set(packages)].filter((name) => !isBuiltin(name));
};

/** Writes the library and its types into a directory, dist/ unless told otherwise; resolves as `bundleLibrary` does. */
export const buildLibrary = async (directory = dist) => {
  const [imported] = await Promise.all([bundleLibrary(directory), buildDeclarations(directory)]);
  return imported;
};

if (import.meta.main) await Promise.all([buildProgram(), buildLibrary()]);
