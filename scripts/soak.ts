/**
 * Copies and syncs with random faults, under a metrics server and a textfile. At the end nothing may have grown and every
 * count must equal what the runs said of themselves. By hand or at night.
 *
 * node scripts/soak.ts [--minutes 60] [--workers 3] [--seed 1]
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLayout } from '../test/support/images.ts';
import { processesWithEnv, runCli, startCli } from '../test/support/process.ts';
import { startProxy } from '../test/support/proxy.ts';
import { startRegistry } from '../test/support/registry.ts';
import { privateHome } from '../test/support/skopeo.ts';
import { tempDir } from '../test/support/temp.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { seededRandom } from './monitoring/random.ts';
import { growth, holdingsOf } from './soaking/growth.ts';
import { Journal } from './soaking/journal.ts';
import { randomFaults } from './soaking/random-faults.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    workers: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
  },
});
const REPOSITORIES = ['app', 'tools/one', 'tools/two'];
const WEATHER_MS = 1_500;

const random = seededRandom(Number(values.seed));
const endMs = performance.now() + Number(values.minutes) * 60_000;
const isOver = (): boolean => performance.now() >= endMs;
const say = (text: string): void => void process.stdout.write(`${text}\n`);

await using stack = new AsyncDisposableStack();
const dir = stack.use(await tempDir('soak'));
for (const name of ['home', 'metrics', 'out']) await mkdir(dir.join(name));
const layout = await createLayout(dir.join('layout'));
const registry = stack.use(await startRegistry());
for (const [index, repository] of REPOSITORIES.entries()) {
  const tag = `image${index}`;
  await layout.addImage(tag, { seed: tag, layers: [{ sizeBytes: 60_000, seed: tag }, { sizeBytes: 9_000 }] });
  await registry.seed(layout.reference(tag), `${repository}:1`);
}
const proxy = stack.use(await startProxy(registry));
const stateDir = dir.join('state');
const textfile = dir.join('metrics', 'skopeo.prom');
const marker = randomUUID();
const options = { env: { ...privateHome(dir.join('home')), SOAK: marker }, cwd: dir.path, timeoutMs: 300_000 };
const own = ['--json', '--state-dir', stateDir, '--metrics-textfile', textfile, '--stall-timeout', '3s'];
const tls = ['--src-tls-verify=false', '--dest-tls-verify=false'];

const syncFile = dir.join('sync.json');
await writeFile(
  syncFile,
  JSON.stringify({
    registries: { [proxy.host]: { 'tls-verify': false } },
    retry: { times: 1, delay: '1s' },
    'stall-timeout': '3s',
    images: REPOSITORIES.map((path) => ({
      source: `${proxy.host}/${path}`,
      destination: `${proxy.host}/mirror/{{path}}`,
    })),
  }),
);

const journal = new Journal();
const server = startCli(['metrics-server', '--port', '0', '--state-dir', stateDir], { ...options, timeoutMs: 1e9 });
const url = await waitFor('the metrics server', () => /served at (https?:\/\/[^/]+)\//.exec(server.output.stderr)?.[1]);
const scrape = async (): Promise<string> => (await fetch(`${url}/metrics`)).text();

const copyOnce = async (run: number): Promise<void> => {
  const path = REPOSITORIES[run % REPOSITORIES.length] ?? 'app';
  const destination =
    run % 2 === 0 ? `dir:${dir.join('out', String(run % 20))}` : proxy.reference(`copies/${run % 7}:1`);
  const retries = ['--retry-times', String(run % 3), '--retry-delay', '1s'];
  journal.take(
    'copy',
    await runCli([...own, 'copy', ...retries, ...tls, proxy.reference(`${path}:1`), destination], options),
  );
};

const syncOnce = async (): Promise<void> => {
  journal.take('sync', await runCli([...own, 'sync', '--lock', 'wait', '--file', syncFile], options));
};

/** A run that is killed at a moment that nobody chose: it counts as crashed once, and its skopeo ends with it. */
const killOnce = async (): Promise<void> => {
  const cli = startCli([...own, 'inspect', '--tls-verify=false', proxy.reference('app:1')], options);
  await sleep(random() * 1_500);
  cli.kill('SIGKILL');
  if ((await cli.result).signal === 'SIGKILL') journal.killed++;
};

let runs = 0;
const work = async (): Promise<void> => {
  while (!isOver()) {
    const run = ++runs;
    if (run % 5 === 0) await syncOnce();
    else await (run % 7 === 0 ? killOnce() : copyOnce(run));
  }
};

const changeWeather = async (): Promise<void> => {
  while (!isOver()) {
    proxy.setRules(randomFaults(random));
    await sleep(WEATHER_MS);
  }
  proxy.setRules([]);
};

const scrapeAlways = async (): Promise<void> => {
  while (!isOver()) {
    await scrape();
    await sleep(1_000);
  }
};

const warmUp = async () => {
  await sleep(Math.min(60_000, Number(values.minutes) * 15_000));
  return holdingsOf(server.pid, stateDir);
};

const [warm] = await Promise.all([
  warmUp(),
  changeWeather(),
  scrapeAlways(),
  ...Array.from({ length: Number(values.workers) }, work),
]);
const served = await scrape();
const end = await holdingsOf(server.pid, stateDir);
const others = () => processesWithEnv(`SOAK=${marker}`).filter(({ pid }) => pid !== server.pid);
await waitFor('skopeo of the last killed run to end', () => others().length === 0).catch(() => undefined);
const left = others();
// One more run writes the textfile with everything in it.
await copyOnce(0);
const written = await readFile(textfile, 'utf8');
const afterwards = await scrape();
server.kill('SIGTERM');
await server.result;

const problems = [
  ...journal.mute.map((run) => `a run said nothing: ${run}`),
  ...left.map(({ commandLine }) => `left behind: ${commandLine.join(' ')}`),
  ...growth(warm, end),
  ...journal.differences(afterwards).map((difference) => `listener: ${difference}`),
  ...journal.differences(written).map((difference) => `textfile: ${difference}`),
  ...(served.includes('skopeo_active_operations{operation="copy"} 0') ? [] : ['operations are still active']),
];
say(`${runs} runs in ${values.minutes} min, ${journal.killed} of them killed`);
for (const [series, count] of [...journal.counts].sort()) say(`  ${series}: ${count}`);
say(
  `metrics server: ${warm.residentKb} kB and ${warm.descriptors} descriptors warm, ${end.residentKb} kB and ${end.descriptors} at the end`,
);
say(`state directory: ${end.stateFiles} files`);
for (const problem of problems) say(`PROBLEM ${problem}`);
say(problems.length === 0 ? 'nothing has grown, every count is right' : `${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
