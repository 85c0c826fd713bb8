/**
 * npm-package.mjs [DIRECTORY]: makes the npm package: its files in build/npm/ and the tarball of them in DIRECTORY
 * (build/ by default), and prints the path of the tarball. `npm publish build/npm` would publish it.
 *
 * The package has a package.json of its own. Ours is for work on the sources: it brings Node as a dependency, and
 * `exports` leads to the sources, so that the examples run without a build.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { buildLibrary, buildProgram } from './build.mjs';

const root = resolve(import.meta.dirname, '..');
const stage = join(root, 'build/npm');

/** What the program still loads from node_modules, although it is one file. */
const NATIVE = '@lydell/node-pty';

/** The fields that matter to users who install it; of the dependencies only those that the library imports. */
export const publishedManifest = (manifest, imported) => {
  const { name, version, description, keywords, license, type, engines, bin, files, dependencies } = manifest;
  return {
    ...{ name, version, description, keywords, license, type, engines, bin, files },
    // Node lets CommonJS require() it too, as it awaits nothing at its top level.
    exports: {
      '.': { types: './dist/index.d.ts', default: './dist/index.js' },
      './package.json': './package.json',
    },
    dependencies: Object.fromEntries(
      Object.entries(dependencies).filter(([dependency]) => dependency === NATIVE || imported.includes(dependency)),
    ),
  };
};

const makeStage = async () => {
  await rm(stage, { recursive: true, force: true });
  await mkdir(join(stage, 'bin'), { recursive: true });
  const dist = join(stage, 'dist');
  const [imported] = await Promise.all([buildLibrary(dist), buildProgram(dist)]);
  const manifest = publishedManifest(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')), imported);
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  for (const file of ['bin/run.js', 'LICENSE', 'README.md']) await cp(join(root, file), join(stage, file));
};

const main = async (destination) => {
  await makeStage();
  await mkdir(destination, { recursive: true });
  const argv = ['pack', '--json', '--update-notifier=false', '--pack-destination', destination];
  const { stdout } = await promisify(execFile)('npm', argv, { cwd: stage });
  const [{ filename }] = JSON.parse(stdout);
  process.stdout.write(`${join(destination, filename)}\n`);
};

if (import.meta.main) await main(resolve(process.argv[2] ?? join(root, 'build')));
