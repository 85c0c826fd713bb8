import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { isLabelValue } from '../../src/metrics/contract/definition.ts';
import { DEFINITIONS } from '../../src/metrics/contract.ts';
import { missing, pipeThrough } from '../metrics/command.ts';
import { parseSamples } from '../metrics/samples.ts';
import { curl, nameOf, openScene, type Samples, startMetricsServer } from './scene.ts';

const OPENMETRICS = 'Accept: application/openmetrics-text;version=1.0.0';
const WRITTEN = 'skopeo_wrapper_textfile_write_timestamp_seconds';

/** Labels of a series as `parseSamples` writes it. */
const labelsOf = (series: string): [string, string][] =>
  [...series.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);

/** Samples whose name or labels the contract does not know. */
const strangers = (samples: Samples): string[] =>
  [...samples.keys()].filter((series) => {
    const name = nameOf(series);
    const definition = DEFINITIONS.get(name) ?? DEFINITIONS.get(name.replace(/_(?:bucket|sum|count)$/, ''));
    if (definition === undefined) return !/^(?:process|nodejs)_/.test(name);
    return labelsOf(series).some(([label, value]) => {
      const values = definition.labels[label];
      if (values === undefined) return label !== 'le';
      return !isLabelValue(values, value);
    });
  });

/** Commands that end in many ways and bring free text into every place that could become a label. */
const makeHistory = async (scene: Awaited<ReturnType<typeof openScene>>): Promise<void> => {
  const out = (name: string) => `dir:${scene.dir.join(name)}`;
  await Promise.all([
    scene.run('--job-name', 'mirror.weekly', 'copy', scene.source, out('a')),
    scene.run('copy', scene.layout.reference('missing'), out('b')),
    scene.run(
      'copy',
      '--src-tls-verify=false',
      '--src-creds',
      'alice:S3cret',
      'docker://127.0.0.1:1/x/y:tag',
      out('c'),
    ),
    scene.run('inspect', scene.source),
    scene.run('list-tags', 'docker://127.0.0.1:1/x/y'),
    scene.run('manifest-digest', `${scene.dir.path}/nothing`),
    scene.run('standalone-verify', 'manifest', 'example.org/app:1', 'key', 'signature'),
  ]);
};

test('pages are clean for promtool, speak the vocabulary, and say the same in either format', {
  skip: await missing('promtool', '--version'),
}, async () => {
  await using scene = await openScene();
  await makeHistory(scene);
  const textfiles = scene.dir.join('textfiles');
  await mkdir(textfiles);
  await using server = await startMetricsServer(scene, '--web.enable-openmetrics');
  const before = await curl(`${server.url}/metrics`);
  const open = await curl('--header', OPENMETRICS, `${server.url}/metrics`);
  const after = await curl(`${server.url}/metrics`);
  const printed = await scene.run('metrics');
  const written = await scene.run('metrics', 'textfile', textfiles);
  assert.equal(printed.exitCode, 0, printed.stderr);
  assert.equal(written.exitCode, 0, written.stderr);
  const textfile = await readFile(`${textfiles}/skopeo_wrapper.prom`, 'utf8');

  for (const page of [before, printed.stdout, textfile]) {
    assert.deepEqual(await pipeThrough(page, 'promtool', 'check', 'metrics'), { stdout: '', stderr: '', exitCode: 0 });
    assert.deepEqual(strangers(parseSamples(page)), []);
    assert.doesNotMatch(page, /alice|S3cret|tag"/);
    assert.match(page, /skopeo_operations_total\{operation="copy",status="error"\} 2\n/);
    assert.match(page, /skopeo_operations_total\{operation="other",status="error"\} 1\n/);
  }
  const names = (page: string): string[] => [...new Set([...parseSamples(page).keys()].map(nameOf))].toSorted();
  assert.match(open, /# EOF\n$/);
  const own = (page: string) => names(page).filter((name) => !/^(?:process|nodejs)_/.test(name));
  assert.deepEqual(own(after), own(before));
  assert.deepEqual(own(open), own(before));
  // Those of the process itself may become more, when it collects garbage for the first time.
  for (const page of [open, after]) for (const name of names(before)) assert.ok(names(page).includes(name), name);
  const alsoAListener = ['skopeo_wrapper_http_requests_total', 'skopeo_wrapper_state_free_bytes'];
  assert.deepEqual(
    own(printed.stdout).filter((name) => !own(before).includes(name)),
    [],
  );
  assert.ok(alsoAListener.every((name) => own(before).includes(name) && !own(textfile).includes(name)));
  assert.ok(own(textfile).includes(WRITTEN) && !own(before).includes(WRITTEN));
  for (const name of own(textfile)) assert.ok(name === WRITTEN || own(printed.stdout).includes(name), name);
});

test('without a state directory a run shows itself alone and writes nowhere', async () => {
  await using scene = await openScene();
  const textfiles = scene.dir.join('textfiles');
  await mkdir(textfiles);
  const copy = (out: string) =>
    scene.run(
      ...['--no-state', '--job-name', 'alone', '--metrics-textfile', textfiles],
      ...['copy', scene.source, `dir:${scene.dir.join(out)}`],
    );
  const before = await readdir(scene.dir.path);
  for (const out of ['one', 'two']) {
    const { exitCode, stderr } = await copy(out);
    assert.equal(exitCode, 0, stderr);
    const samples = parseSamples(await readFile(`${textfiles}/skopeo_wrapper.prom`, 'utf8'));
    assert.equal(samples.get('skopeo_operations_total{operation="copy",status="success"}'), 1);
    assert.equal(samples.get('skopeo_job_runs_total{job_name="alone",status="success"}'), 1);
    assert.ok((samples.get('skopeo_job_last_success_timestamp_seconds{job_name="alone"}') ?? 0) > 0);
  }
  const made = (await readdir(scene.dir.path)).filter((name) => !before.includes(name));
  assert.deepEqual(
    made.filter((name) => name !== 'data'),
    ['one', 'two'],
  );
  assert.equal(existsSync(scene.stateDir), false);
});
