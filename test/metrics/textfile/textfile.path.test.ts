import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { EXIT, WrapperError } from '../../../src/errors/wrapper-error.ts';
import { resolveTextfilePath } from '../../../src/metrics/textfile/textfile.ts';

const directory = await mkdtemp(join(tmpdir(), 'textfile-path-'));
after(() => rm(directory, { recursive: true }));

test('a directory holds skopeo_wrapper.prom, even if its name ends in .prom', async () => {
  assert.equal(await resolveTextfilePath(directory), join(directory, 'skopeo_wrapper.prom'));
  const odd = join(directory, 'odd.prom');
  await mkdir(odd);
  assert.equal(await resolveTextfilePath(odd), join(odd, 'skopeo_wrapper.prom'));
});

test('a file name that ends in .prom is taken as it is, whether or not the file exists', async () => {
  const file = join(directory, 'mirror.prom');
  assert.equal(await resolveTextfilePath(file), file);
  await writeFile(file, '');
  assert.equal(await resolveTextfilePath(file), file);
});

test('anything else is refused before it is touched, with the next step', async () => {
  await writeFile(join(directory, 'metrics.txt'), '');
  for (const path of ['missing', 'metrics.txt', 'missing/x.prom', 'metrics.txt/x.prom']) {
    await assert.rejects(resolveTextfilePath(join(directory, path)), (error) => {
      assert.ok(error instanceof WrapperError);
      assert.equal(error.exitCode, EXIT.usage);
      assert.ok(error.message.includes(join(directory, path)));
      assert.ok(error.next);
      return true;
    });
  }
});
