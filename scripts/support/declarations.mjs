/**
 * Writes the types of the library into a directory: what `index.d.ts` leads to and nothing else, since TypeScript emits
 * a declaration for every source that takes part.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '../..');

/** A relative import or export of a source, as TypeScript leaves it in a declaration. */
const RELATIVE_SOURCE = /(?<=(?:from|import)\s*\(?\s*')(\.[^']+)\.ts(?=')/g;

const copyReachable = async (file, emitted, directory, done = new Set()) => {
  if (done.has(file)) return;
  done.add(file);
  const text = await readFile(join(emitted, file), 'utf8');
  const target = join(directory, file);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, text.replace(RELATIVE_SOURCE, '$1.js'));
  for (const [, path] of text.matchAll(RELATIVE_SOURCE)) {
    await copyReachable(join(dirname(file), `${path}.d.ts`), emitted, directory, done);
  }
};

/** Makes `index.d.ts` and what it needs in `directory`. Rejects with the compiler's words when the types do not hold. */
export const buildDeclarations = async (directory) => {
  const tsc = join(root, 'node_modules/.bin/tsc');
  const emitted = await mkdtemp(join(tmpdir(), 'declarations-'));
  try {
    await promisify(execFile)(tsc, ['-p', 'tsconfig.declarations.json', '--outDir', emitted], { cwd: root });
    await copyReachable('index.d.ts', join(emitted, 'src'), directory);
  } catch (error) {
    throw new Error(`The declarations cannot be made: ${error.message} ${error.stdout ?? ''}`);
  } finally {
    await rm(emitted, { recursive: true, force: true });
  }
};
