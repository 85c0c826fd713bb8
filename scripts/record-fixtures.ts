/**
 * Records runs of real skopeo binaries into `test/fixtures/runs/VERSION/CASE.MODE.json`: what they printed, when, how
 * they ended, and what really happened. Parser and tracker are tested against these.
 *
 * Usage: npx node scripts/record-fixtures.ts [--skopeo PATH]… [--case PATTERN] [--mode PATTERN]
 * Default: the skopeo in PATH and those below `.cache/skopeo/`, all cases, all modes. Root is needed for the case of a
 * full disk, which mounts a small file system of its own.
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import PQueue from 'p-queue';
import { compare } from 'semver';
import { type RecordedRun, RUNS_DIR } from '../test/support/recorded-run.ts';
import { skopeoVersion } from '../test/support/skopeo.ts';
import { tempDir } from '../test/support/temp.ts';
import { COPY_CASES } from './recording/cases/copy.ts';
import { FAILURE_CASES } from './recording/cases/failure.ts';
import { LIST_CASES } from './recording/cases/list.ts';
import { SYNC_CASES } from './recording/cases/sync.ts';
import { record } from './recording/record.ts';
import { makeStock } from './recording/stage.ts';

const CASES = { ...COPY_CASES, ...LIST_CASES, ...FAILURE_CASES, ...SYNC_CASES };
const CACHE = join(import.meta.dirname, '..', '.cache', 'skopeo');
/** Most runs wait for a throttle; more at a time would blur the times of the frames. */
const CONCURRENCY = 3;

const { values } = parseArgs({
  options: {
    skopeo: { type: 'string', multiple: true },
    case: { type: 'string', default: '' },
    mode: { type: 'string', default: '' },
  },
});

const cached = await readdir(CACHE).catch(() => []);
const binaries = values.skopeo ?? ['skopeo', ...cached.map((version) => join(CACHE, version, 'skopeo'))];

const save = async (run: RecordedRun): Promise<void> => {
  const directory = join(RUNS_DIR, run.skopeo);
  await mkdir(directory, { recursive: true });
  // One chunk a line: differences between two recordings can be read.
  const text = JSON.stringify(run, null, 1)
    .replaceAll(/\n\s{3,}/g, ' ')
    .replaceAll(/\n {2}(?=[\]}])/g, ' ');
  await writeFile(join(directory, `${run.case}.${run.mode}.json`), `${text}\n`);
};

await using directory = await tempDir('stock');
const layout = await makeStock(directory.join('layout'));
const queue = new PQueue({ concurrency: CONCURRENCY });
let failures = 0;
for (const skopeo of binaries) {
  const version = await skopeoVersion(skopeo);
  for (const [name, entry] of Object.entries(CASES)) {
    if (!new RegExp(values.case).test(name) || compare(version, entry.since ?? '0.0.0') < 0) continue;
    for (const mode of entry.modes ?? ['pipe', 'pty']) {
      if (!new RegExp(values.mode).test(mode)) continue;
      void queue.add(async () => {
        try {
          await save(await record({ skopeo, version, layout, name, case: entry, mode }));
          process.stdout.write(`${version} ${name} ${mode}\n`);
        } catch (error) {
          failures++;
          process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
        }
      });
    }
  }
}
await queue.onIdle();
process.exitCode = failures === 0 ? 0 : 1;
