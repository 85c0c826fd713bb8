import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createLayout } from '../support/images.ts';
import { writeProgram } from '../support/program.ts';
import { runHere } from '../support/run-here.ts';
import { mustSkopeo, privateHome, SKOPEO } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';

const LINES = 2_000;

/** The real skopeo, which says more at a copy than it does by itself. */
const talkative = (dir: TempDir): string =>
  writeProgram(
    dir.join('skopeo'),
    `case " $* " in
    *" copy "*) seq -f 'line %g of many, which no buffer may swallow' ${LINES} ;;
    esac
    exec ${SKOPEO} "$@"`,
  );

test('sync prints every line of an image that skopeo says much of', async () => {
  await using dir = await tempDir('many-lines');
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 100 }] });
  const env = { ...privateHome(dir.path), SKOPEO_WRAPPER_SKOPEO_PATH: talkative(dir) };
  await mustSkopeo(['--insecure-policy', 'copy', '-q', layout.reference('app'), `dir:${dir.join('app')}`], { env });
  const images = { images: [{ source: `dir:${dir.join('app')}`, destination: `dir:${dir.join('copied')}` }] };
  await writeFile(dir.join('mirror.yml'), JSON.stringify(images));
  const args = ['--insecure-policy', 'sync', '--no-state', '--file', 'mirror.yml'];
  const { exitCode, stdout, stderr } = await runHere(args, { env, cwd: dir.path });
  assert.equal(exitCode, 0, stderr);
  const numbers = Array.from(stdout.matchAll(/^line (\d+) of many, which no buffer may swallow$/gm), ([, n]) => n);
  assert.deepEqual(
    numbers,
    Array.from({ length: LINES }, (_, index) => String(index + 1)),
  );
});
