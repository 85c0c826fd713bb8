import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

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

/** Writes `count` modules that run these test files, for as long as we run, and returns their paths below `root`. */
export const writeLanes = (files, { root, count }) => {
  const directory = join(DIRECTORY, String(process.pid));
  mkdirSync(join(root, directory), { recursive: true });
  process.on('exit', () => rmSync(join(root, directory), { recursive: true, force: true }));
  const numbers = Array.from({ length: Math.min(count, files.length) }, (_, index) => index);
  return numbers.map((number) => {
    const path = join(directory, `lane-${number + 1}.mjs`);
    const own = files.filter((_, index) => index % numbers.length === number);
    writeFileSync(join(root, path), laneOf(own, root));
    return path;
  });
};

/** Whether a path is that of a lane. */
export const isLane = (file) => file.includes(`/${DIRECTORY}/`);
