import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { randomLayers, writeOciImage } from '../../scripts/support/image.ts';
import { sample } from '../support/sample.ts';
import { privateHome } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';

const root = resolve(import.meta.dirname, '../..');
const exec = promisify(execFile);

const PAGES = ['docs/library.md', 'examples/README.md', 'examples/README.ru.md'];

const snippetsOf = (page: string): readonly string[] =>
  [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = '']) => code);

const TSCONFIG = {
  extends: join(root, 'tsconfig.json'),
  compilerOptions: { noUnusedLocals: false },
  include: ['*.ts'],
  exclude: [],
};

describe('TypeScript in the documentation', () => {
  /** Within the project: only there does its own name lead to it. */
  let directory = '';
  const files: string[] = [];

  before(async () => {
    await mkdir(join(root, 'build'), { recursive: true });
    directory = await mkdtemp(join(root, 'build/snippets-'));
    await writeFile(join(directory, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    for (const page of PAGES) {
      const snippets = snippetsOf(await readFile(join(root, page), 'utf8'));
      assert.ok(snippets.length > 0, `${page} has no snippets`);
      for (const [index, code] of snippets.entries()) {
        const file = join(directory, `${page.replaceAll('/', '-')}-${index + 1}.ts`);
        await writeFile(file, code);
        files.push(file);
      }
    }
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('has types that hold', async () => {
    const check = exec(join(root, 'node_modules/.bin/tsc'), ['--noEmit', '--singleThreaded', '-p', directory]);
    await check.catch(({ stdout }) => assert.fail(stdout));
  });

  it('runs as it stands, in a directory with an image', async () => {
    await using work = await tempDir('snippets');
    await writeOciImage(work.join('app'), 'v1', randomLayers([30_000, 10_000]));
    const { PATH, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, NODE_COMPILE_CACHE, ...privateHome(work.path) };
    for (const file of sample(files, 2)) {
      await rm(work.join('copy'), { recursive: true, force: true });
      const ending = exec(process.execPath, [file], { cwd: work.path, env, timeout: 180_000 });
      const { stdout, stderr } = await ending.catch((error) => assert.fail(`${file}: ${error.stdout}${error.stderr}`));
      assert.equal(stderr, '', file);
      const prints = (await readFile(file, 'utf8')).includes('console.log');
      assert.equal(stdout !== '', prints, `${file}: ${stdout}`);
    }
  });
});
