import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Below the project's root: what is generated for one run of the tests. */
const DIRECTORY = '.cache/lanes';

/**
 * A module that runs test files one after the other, each in a suite named by its path. So a file's hooks stay its own,
 * and a process for each file is saved: that takes four times as long as most of the tests.
 */
const laneOf = (files, root) =>
  `import { writeSync } from 'node:fs';
import { after, before, describe } from 'node:test';
let running;
process.on('exit', () => running && writeSync(2, \`The process ended while \${running} ran.\\n\`));
for (const file of ${JSON.stringify(files)}) {
  describe(file, () => {
    before(() => { running = file; });
    after(() => { running = undefined; });
    return import(${JSON.stringify(`${root}/`)} + file);
  });
}
`;

/** Models are short to read and long to run. */
const MODEL_BYTES = 30_000;

const weightOf = (file, root) =>
  statSync(join(root, file)).size + (basename(file).startsWith('model.') ? MODEL_BYTES : 0);

/**
 * Shares test files out, the largest first, each to the lane that has least so far: a large file usually takes long, and
 * a long test should not come last.
 */
const shareOut = (files, { root, count }) => {
  const lanes = Array.from({ length: Math.min(count, files.length) }, () => ({ bytes: 0, files: [] }));
  const sized = files.map((file) => ({ file, bytes: weightOf(file, root) }));
  for (const { file, bytes } of sized.sort((one, other) => other.bytes - one.bytes)) {
    const lane = lanes.reduce((least, other) => (other.bytes < least.bytes ? other : least));
    lane.files.push(file);
    lane.bytes += bytes;
  }
  return lanes.map((lane) => lane.files);
};

/**
 * Writes `count` modules, named by `name`, that run these test files, for as long as we run, and returns their paths below
 * `root`.
 */
export const writeLanes = (files, { root, count, name = 'lane' }) => {
  const directory = join(DIRECTORY, String(process.pid));
  mkdirSync(join(root, directory), { recursive: true });
  process.on('exit', () => rmSync(join(root, directory), { recursive: true, force: true }));
  return shareOut(files, { root, count }).map((own, index) => {
    const path = join(directory, `${name}-${index + 1}.mjs`);
    writeFileSync(join(root, path), laneOf(own, root));
    return path;
  });
};

/** Whether a path is that of a lane. */
export const isLane = (file) => file.includes(`/${DIRECTORY}/`);
