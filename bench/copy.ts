/**
 * What the wrapper adds to a large copy: wall times of one image of five layers, copied by skopeo and by the wrapper, from
 * a layout and to a registry, as ratios. All variants run in turn, in one series; the median counts.
 *
 *   node bench/copy.ts [--mebibytes 200] [--rounds 3]
 */
import { parseArgs } from 'node:util';
import { buildProgram } from '../scripts/build.mjs';
import { createLayout } from '../test/support/images.ts';
import { startRegistry } from '../test/support/registry.ts';
import { tempDir } from '../test/support/temp.ts';
import { printRatios, type Variant } from './ratios.ts';

const { values } = parseArgs({
  options: { mebibytes: { type: 'string', default: '200' }, rounds: { type: 'string', default: '3' } },
});
const LAYERS = 5;
const layerBytes = Math.round((Number(values.mebibytes) * 1024 ** 2) / LAYERS);

await using dir = await tempDir('copy-bench');
await using registry = await startRegistry();
const { boot: program } = await buildProgram(dir.path);
const layout = await createLayout(dir.join('layout'));
const layers = Array.from({ length: LAYERS }, (_, number) => ({ sizeBytes: layerBytes, seed: `layer${number}` }));
await layout.addImage('app', { layers });

/** Every copy starts from nothing: the directory is emptied, the repository is a new one. */
const variant = (name: string, base: string, copy: string): Variant => ({ name, base, command: ['sh', '-c', copy] });
const wrapper = `${process.execPath} ${program}`;
const toDirectory = `copy ${layout.reference('app')} dir:${dir.join('out')}`;
const toRegistry = `copy --dest-tls-verify=false ${layout.reference('app')} docker://${registry.host}/copy$(date +%N):1`;
const fresh = (copy: string): string => `rm -rf ${dir.join('out')}; exec ${copy}`;
await printRatios(
  [
    variant('skopeo to dir:', 'skopeo to dir:', fresh(`skopeo ${toDirectory}`)),
    variant('wrapper to dir:', 'skopeo to dir:', fresh(`${wrapper} ${toDirectory}`)),
    variant('skopeo to registry', 'skopeo to registry', fresh(`skopeo ${toRegistry}`)),
    variant('wrapper to registry', 'skopeo to registry', fresh(`${wrapper} ${toRegistry}`)),
  ],
  Number(values.rounds),
);
