import { systemClock } from '../../../src/context.ts';
import { DirectLookup } from '../../../src/registry/direct-lookup.ts';
import { RegistryOutages } from '../../../src/registry/outages.ts';
import { RegistryPauses } from '../../../src/registry/pauses.ts';
import { Router } from '../../../src/registry/route.ts';
import { Redactor } from '../../../src/secrets/redactor.ts';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';
import type { SkopeoPort } from '../../../src/sync/ports.ts';
import { runSync } from '../../../src/sync/sync.ts';

/** `plan-many.ts CONFIGURATION HOME`: a run without any skopeo, that tells what it cost as JSON. */
const [text = '', home = ''] = process.argv.slice(2);
const refuse = async (): Promise<never> => {
  throw new Error('skopeo was asked');
};
const skopeo: SkopeoPort = {
  copyImage: refuse,
  inspectRaw: refuse,
  listTags: refuse,
  createdAt: refuse,
  deleteImage: refuse,
};
const router = new Router({ env: {}, home, uid: 0, systemDirectory: home, redactor: new Redactor() });
const pauses = new RegistryPauses(systemClock);
const { job } = loadSyncFile('/mirror.yml', text, {});
/** Of this thread, in milliseconds: what other processes of a busy machine take does not count. */
const processorMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};
const startedMs = processorMs();
let lastTurnMs = startedMs;
let longestBlockMs = 0;
const turns = setInterval(() => {
  const nowMs = processorMs();
  longestBlockMs = Math.max(longestBlockMs, nowMs - lastTurnMs);
  lastTurnMs = nowMs;
}, 10);
using lookup = new DirectLookup({ router, skopeo, limits: job.registries, clock: systemClock, pauses });
const report = await runSync(job, {
  skopeo,
  lookup,
  pauses,
  outages: new RegistryOutages(systemClock),
  clock: systemClock,
  signal: new AbortController().signal,
  random: () => 0,
});
clearInterval(turns);
const json = JSON.stringify(report);
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
console.log(
  JSON.stringify({
    totals: report?.totals,
    reportBytes: json.length,
    maxRssMib: maxRSS / 1024,
    /** The longest work during which nothing could be drawn, as a share of the whole run. */
    longestBlockShare: longestBlockMs / (lastTurnMs - startedMs),
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
  }),
);
