/**
 * The main job on an image made on the spot: a copy with live progress and metrics. Needs no network, leaves nothing
 * behind.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, readFile } from 'node:fs/promises';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomLayers, writeOciImage } from './support/image.ts';
import { nextSteps } from './support/next-steps.mjs';

const MIB = 2 ** 20;
const LAYER_SIZES_BYTES = [48 * MIB, 24 * MIB, 12 * MIB, 6 * MIB, 1 * MIB];

/** The samples that tell most about one run. */
const SHOWN_METRICS =
  /^skopeo_(operations_total|operation_duration_seconds_(sum|count)|transferred_bytes_total|blobs_total|blob_size_bytes_sum)\{operation="copy"/;

const say = (text) => process.stdout.write(`${text}\n`);

/** The copy that is under way. */
let child;

const runWrapper = async (argv, env) => {
  const cli = join(import.meta.dirname, '..', 'bin', 'dev.js');
  child = spawn(process.execPath, [cli, ...argv], { stdio: 'inherit', env: { ...process.env, ...env } });
  const [status] = await once(child, 'exit');
  child = undefined;
  return status ?? 1;
};

const showMetrics = async (textfile) => {
  const samples = (await readFile(textfile, 'utf8')).split('\n').filter((line) => SHOWN_METRICS.test(line));
  say(`\nWhat Prometheus is told of this run:\n${samples.map((line) => `  ${line}`).join('\n')}\n`);
};

const demo = async (directory) => {
  const layout = join(directory, 'image');
  const textfile = join(directory, 'skopeo.prom');
  const mebibytes = LAYER_SIZES_BYTES.reduce((sum, size) => sum + size, 0) / MIB;
  say(`Making an image of ${LAYER_SIZES_BYTES.length} layers, ${mebibytes} MiB, in ${layout} ...`);
  await writeOciImage(layout, 'demo', randomLayers(LAYER_SIZES_BYTES));

  const copy = ['copy', `oci:${layout}:demo`, `dir:${join(directory, 'copy')}`];
  say(`$ skopeo-wrapper ${copy.join(' ')} --metrics-textfile ${textfile}`);
  const status = await runWrapper([...copy, '--metrics-textfile', textfile], {
    SKOPEO_WRAPPER_STATE_DIR: join(directory, 'state'),
  });
  if (status !== 0) return status;
  await showMetrics(textfile);
  say(nextSteps({ arch: process.arch, isRoot: process.getuid?.() === 0 }));
  return 0;
};

const directory = await mkdtemp(join(tmpdir(), 'skopeo-wrapper-demo-'));
const cleanUp = () => rmSync(directory, { recursive: true, force: true });

/** While the wrapper runs it ends first, and its exit status is ours; Ctrl-C reaches it without us. */
const end = (signal) => {
  if (child !== undefined) {
    if (signal !== 'SIGINT') child.kill(signal);
    return;
  }
  cleanUp();
  process.exit(128 + constants.signals[signal]);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);

try {
  process.exitCode = await demo(directory);
} finally {
  cleanUp();
}
