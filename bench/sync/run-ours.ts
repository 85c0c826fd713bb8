import { readFile } from 'node:fs/promises';
import { systemClock } from '../../src/context.ts';
import { loadSyncFile } from '../../src/sync/config/load-sync-file.ts';
import { DirectLookup } from '../../src/sync/registry/direct-lookup.ts';
import { Router } from '../../src/sync/registry/route.ts';
import { summaryLine } from '../../src/sync/report/render-report.ts';
import { runSync } from '../../src/sync/sync.ts';
import { realSkopeo } from '../../test/sync/support/real-skopeo.ts';

/** `run-ours.ts FILE HOME`: one run of the engine in a process of its own, skopeo by a plain adapter without tracking. */
const [path = '', home = ''] = process.argv.slice(2);
const { job } = loadSyncFile(path, await readFile(path, 'utf8'), {});
const skopeo = realSkopeo({
  HOME: home,
  XDG_DATA_HOME: `${home}/data`,
  XDG_RUNTIME_DIR: home,
  _CONTAINERS_ROOTLESS_UID: '1000',
});
const router = new Router({ env: {}, home, uid: 0, systemDirectory: `${home}/etc` });
using lookup = new DirectLookup({ router, skopeo, limits: job.registries, clock: systemClock });
const report = await runSync(job, {
  skopeo,
  lookup,
  clock: systemClock,
  signal: new AbortController().signal,
  random: Math.random,
  stateDirectory: `${home}/state`,
});
console.error(report === undefined ? 'locked' : summaryLine(report));
process.exitCode = report?.exitCode ?? 1;
