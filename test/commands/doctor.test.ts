import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { SCHEMA_DIRECTORY } from '../../scripts/json-schemas.ts';
import { NEWEST_KNOWN_VERSION, OLDEST_KNOWN_VERSION } from '../../src/command-line/flags/help.ts';
import { DOCTOR_REPORT } from '../../src/display/doctor.ts';
import { CHECKS } from '../../src/doctor/finding.ts';
import { openScene, type Scene, samplesOf } from '../e2e/scene.ts';
import { NEEDS_ROOT } from '../support/needs-root.ts';
import { AS_NOBODY } from '../support/nobody.ts';
import { runCli } from '../support/process.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { privateHome } from '../support/skopeo.ts';

const CANARY = 'c4nary-pass';

const resources = new AsyncDisposableStack();
let scene: Scene;
let registry: Registry;

before(async () => {
  scene = resources.use(await openScene());
  registry = resources.use(await startRegistry({ basicAuth: { me: CANARY } }));
  await chmod(scene.dir.path, 0o755);
  await mkdir(scene.dir.join('textfiles'));
});
after(() => resources.disposeAsync());

const withLogin = async (password: string): Promise<string[]> => {
  const path = scene.dir.join(`auth-${password}.json`);
  const auth = Buffer.from(`me:${password}`).toString('base64');
  await writeFile(path, JSON.stringify({ auths: { [registry.host]: { auth } } }));
  return ['--authfile', path, '--tls-verify=false', registry.host];
};

const validate = new Ajv2020({ strict: false }).compile(
  JSON.parse(readFileSync(join(SCHEMA_DIRECTORY, 'doctor.schema.json'), 'utf8')),
);
const parseReport = (text: string) => {
  const value: unknown = JSON.parse(text);
  assert.ok(validate(value), JSON.stringify(validate.errors));
  return DOCTOR_REPORT.strict().parse(value);
};

test('all is well: status 0, one line for each finding, and nothing is left behind or counted', async () => {
  const flags = await withLogin(CANARY);
  const { exitCode, stdout, stderr } = await scene.run(
    'doctor',
    '--metrics-textfile',
    scene.dir.join('textfiles'),
    ...flags,
  );
  assert.equal(exitCode, 0, stdout + stderr);
  assert.equal(stderr, '');
  assert.match(stdout, /^ok +\S+ is skopeo \d/);
  assert.match(stdout, /^ok +the login for \S+ works$/m);
  assert.match(stdout, /\n\n0 errors, \d warnings?\n$/);
  assert.equal(stdout.includes(CANARY), false);
  const counts = samplesOf(await scene.metrics(), 'skopeo_operations_total');
  assert.deepEqual([...new Set(Object.values(counts))], [0]);
});

test('--json has every check as data, and errors make status 1', async () => {
  const flags = await withLogin('wrong');
  const textfile = ['--metrics-textfile', scene.dir.join('textfiles')];
  const { exitCode, stdout } = await scene.run('doctor', '--json', ...textfile, ...flags);
  assert.equal(exitCode, 1);
  const report = parseReport(stdout);
  assert.deepEqual(new Set(report.findings.map(({ check }) => check)), new Set(CHECKS));
  assert.deepEqual([report.errors, report.exit_code], [1, 1]);
  const [problem] = report.findings.filter(({ status }) => status === 'error');
  assert.deepEqual([problem?.check, problem?.subject], ['login', registry.host]);
  assert.ok(problem?.next);
});

test('without skopeo the rest is looked at all the same', async () => {
  const { exitCode, stdout } = await scene.run(
    'doctor',
    '--json',
    '--skopeo-path',
    '/no/skopeo',
    '--tls-verify=false',
    registry.host,
  );
  assert.equal(exitCode, 1);
  const { findings } = parseReport(stdout);
  assert.equal(findings[0]?.status, 'error');
  assert.ok(findings.some(({ check, status }) => check === 'registry' && status !== 'error'));
});

test('a directory that another user may not write is told to that user', {
  skip: NEEDS_ROOT,
}, async () => {
  const [state, textfiles] = [scene.dir.join('private/state'), scene.dir.join('textfiles')];
  await mkdir(state, { recursive: true });
  const { exitCode, stdout } = await runCli(
    ['doctor', '--json', '--state-dir', state, '--metrics-textfile', textfiles],
    { env: privateHome('/tmp'), cwd: '/', wrap: AS_NOBODY },
  );
  assert.equal(exitCode, 1, stdout);
  const problems = parseReport(stdout).findings.filter(({ status }) => status === 'error');
  assert.deepEqual(
    problems.map(({ check }) => check),
    ['state', 'textfile'],
  );
});

test('what is no registry, and credentials in its place, are refused before anything is done', async () => {
  for (const operand of ['docker://quay.io/coreos/etcd', 'dir:/tmp', `me:${CANARY}@quay.io`]) {
    const { exitCode, stdout, stderr } = await scene.run('doctor', operand);
    assert.equal(exitCode, 64, stderr);
    assert.equal(stdout, '');
    assert.equal(stderr.includes(CANARY), false);
  }
});

test('docs/doctor.md names every check and every field', () => {
  const page = readFileSync(join(SCHEMA_DIRECTORY, '../docs/doctor.md'), 'utf8');
  const { findings, ...fields } = DOCTOR_REPORT.shape;
  const names = [...CHECKS, 'findings', ...Object.keys(fields), ...Object.keys(findings.element.shape)];
  for (const name of names) assert.ok(page.includes(`\`${name}\``), name);
  assert.ok(page.includes(`from ${OLDEST_KNOWN_VERSION} to ${NEWEST_KNOWN_VERSION}`));
});
