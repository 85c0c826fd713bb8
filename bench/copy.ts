/**
 * What the wrapper adds to a large copy: wall times of one image of five layers, copied by skopeo and by the wrapper from a
 * layout to a directory and to a layout, as ratios. All variants run in turn, in one series; the median counts. None
 * copies to a registry: skopeo remembers where it has seen blobs, so that every copy after the first would move no bytes.
 *
 *   [TMPDIR=/dev/shm] node bench/copy.ts [--mebibytes 200] [--rounds 3]
 */
import { parseArgs } from 'node:util';
import { buildProgram } from '../scripts/build.mjs';
import { makeCodeCache } from '../scripts/support/code-cache.mjs';
import { createLayout } from '../test/support/images.ts';
import { tempDir } from '../test/support/temp.ts';
import { printRatios, type Variant } from './ratios.ts';

const { values } = parseArgs({
  options: { mebibytes: { type: 'string', default: '200' }, rounds: { type: 'string', default: '3' } },
});
const LAYERS = 5;
const layerBytes = Math.round((Number(values.mebibytes) * 1024 ** 2) / LAYERS);

await using dir = await tempDir('copy-bench');
const { boot, program } = await buildProgram(dir.path);
makeCodeCache({ node: process.execPath, program, output: dir.join('program.v8-cache') });
const layout = await createLayout(dir.join('layout'));
const layers = Array.from({ length: LAYERS }, (_, number) => ({ sizeBytes: layerBytes, seed: `layer${number}` }));
await layout.addImage('app', { layers });

const out = dir.join('out');
const wrapper = `${process.execPath} ${boot}`;

/** Every copy starts from nothing, with a state of its own. */
const variant = (copier: string, transport: string): Variant => ({
  name: `${copier === wrapper ? 'wrapper' : 'skopeo'} to ${transport}:`,
  base: `skopeo to ${transport}:`,
  command: [
    'sh',
    '-c',
    `rm -rf ${out}; HOME=${dir.path} exec ${copier} copy ${layout.reference('app')} ${transport}:${out}`,
  ],
});
await printRatios(
  ['dir', 'oci'].flatMap((transport) => [variant('skopeo', transport), variant(wrapper, transport)]),
  Number(values.rounds),
);
