import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { z } from 'zod';
import { SCHEMA_DIRECTORY, schemaFiles } from '../../../scripts/json-schemas.ts';
import { EVENT_TYPES } from '../../../src/display/event-json.ts';
import { RESULT } from '../../../src/display/result-json.ts';
import { SYNC_CHECK } from '../../../src/display/sync/check-json.ts';
import { SYNC_PLAN } from '../../../src/display/sync/plan-json.ts';
import { SYNC_REPORT } from '../../../src/display/sync/report-json.ts';
import { createLayout, type MadeImage } from '../../support/images.ts';
import { runCli, startCli, waitFor } from '../../support/process.ts';
import { startProxy } from '../../support/proxy.ts';
import { type Registry, startRegistry } from '../../support/registry.ts';
import { runHere } from '../../support/run-here.ts';
import { privateHome } from '../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';

test('the schema files are up to date: npx node scripts/json-schemas.ts', () => {
  for (const [name, text] of Object.entries(schemaFiles())) {
    assert.equal(readFileSync(join(SCHEMA_DIRECTORY, name), 'utf8'), text, name);
  }
});

/** Names in an object, or in the objects of a list. */
const fieldsOf = (schema: unknown): string[] => {
  if (schema instanceof z.ZodOptional) return fieldsOf(schema.unwrap());
  if (schema instanceof z.ZodArray) return fieldsOf(schema.element);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
};

test('docs/json.md names every field and every event', () => {
  const page = readFileSync(join(SCHEMA_DIRECTORY, '../docs/json.md'), 'utf8');
  const types = EVENT_TYPES.map(({ shape }) => [...(shape.type as { values: Set<string> }).values][0] ?? '');
  const objects = [
    RESULT,
    SYNC_REPORT,
    SYNC_PLAN,
    ...Object.values(SYNC_REPORT.shape),
    ...Object.values(SYNC_PLAN.shape),
  ];
  const fields = objects.flatMap(fieldsOf);
  assert.ok(fields.includes('unknown_size') && fields.includes('selected_because'));
  for (const name of [...fields, ...types]) assert.ok(page.includes(`\`${name}\``), name);
});

const ajv = new Ajv2020({ strict: false, validateFormats: false });
const validate = (name: string, value: unknown): void => {
  const schema = JSON.parse(readFileSync(join(SCHEMA_DIRECTORY, name), 'utf8'));
  const check = ajv.getSchema(name) ?? ajv.addSchema(schema, name).getSchema(name);
  assert.ok(check?.(value), `${JSON.stringify(value)}\n${ajv.errorsText(check?.errors)}`);
};

/** Nothing undocumented, and valid by the published schema, too. */
const parseResult = (text: string) => {
  const value: unknown = JSON.parse(text);
  validate('result.schema.json', value);
  return RESULT.strict().parse(value);
};

const assertEvents = (text: string): string[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const value: { type: string } = JSON.parse(line);
      validate('events.schema.json', value);
      const matches = EVENT_TYPES.some((schema) => schema.strict().safeParse(value).success);
      assert.ok(matches, `undocumented: ${line}`);
      return value.type;
    });

let dir: TempDir;
let registry: Registry;
let image: MadeImage;
before(async () => {
  dir = await tempDir('json');
  registry = await startRegistry();
  const layout = await createLayout(dir.join('layout'));
  image = await layout.addImage('app', { layers: [{ sizeBytes: 1000 }, { sizeBytes: 2000 }] });
  await layout.addIndex('list', [{ layers: [{ sizeBytes: 1000 }] }]);
});
after(async () => {
  for (const part of [registry, dir]) await part?.[Symbol.asyncDispose]();
});

const cli = () => ({ cwd: dir.path, env: privateHome(dir.path) });

const run = (...args: readonly string[]) => runHere(args, cli());

const destination = (name: string): string[] => ['--dest-tls-verify=false', registry.reference(name)];

describe('--json', () => {
  test('a copy: what was moved, the digest, and what the second time is reused', async () => {
    const copy = ['copy', '--json', 'oci:layout:app', ...destination('app:1')];
    const first = parseResult((await run(...copy)).stdout);
    const { operation, source, outcome, exit_code, digest, blobs_copied, blobs_reused, blobs_failed, attempts } = first;
    assert.deepEqual(
      { operation, source, outcome, exit_code, digest, blobs_copied, blobs_reused, blobs_failed, attempts },
      {
        operation: 'copy',
        source: 'oci:layout:app',
        outcome: 'success',
        exit_code: 0,
        digest: image.manifest.digest,
        blobs_copied: 3,
        blobs_reused: 0,
        blobs_failed: 0,
        attempts: 1,
      },
    );
    assert.ok(first.transferred_bytes >= 3000, String(first.transferred_bytes));
    assert.ok(first.duration_seconds > 0);
    const second = parseResult((await run(...copy)).stdout);
    assert.equal(second.blobs_reused, 2);
  });

  test('a failure: class, message and next step', async () => {
    const { exitCode, stdout } = await run('copy', '--json', 'dir:nowhere', 'dir:new');
    const { outcome, error_type, exit_code, message, next } = parseResult(stdout);
    assert.deepEqual(
      { outcome, error_type, exit_code },
      { outcome: 'error', error_type: 'not_found', exit_code: exitCode },
    );
    assert.match(message ?? '', /nowhere/);
    assert.match(next ?? '', /nowhere/);
  });

  test('text of skopeo is in `output`', async () => {
    const plain = await runCli(['inspect', 'oci:layout:app'], cli()); // hands its stdout to skopeo
    const { output, operation } = parseResult((await run('inspect', '--json', 'oci:layout:app')).stdout);
    assert.equal(output, plain.stdout);
    assert.equal(operation, 'inspect');
  });

  const REFUSED: readonly (readonly [readonly string[], string])[] = [
    [['copy', '--json', '--nonsense'], 'copy'],
    [['--json=true', 'list-tags', '--nonsense'], 'list_tags'],
    [['inspect', '--json', '--skopeo-path', '/nowhere/skopeo', 'dir:x'], 'inspect'],
    [['exists', '--json'], 'image_exists'],
  ];
  for (const [args, operation] of REFUSED) {
    test(`a refused command: ${args.join(' ')}`, async () => {
      const { stdout, exitCode } = await run(...args);
      const result = parseResult(stdout);
      assert.deepEqual([result.operation, result.exit_code, result.attempts], [operation, exitCode, 0]);
    });
  }

  for (const args of [
    ['manifest-digest', 'nowhere'],
    ['delete', 'dir:x'],
    ['logout'],
    ['sync'],
    ['layers'],
    ['future-command'],
  ]) {
    test(`${args.join(' ')} gives one object, too`, async () => {
      const { stdout, exitCode } = await run(...args, '--json');
      assert.equal(parseResult(stdout).exit_code, exitCode);
    });
  }
});

describe('sync --json', () => {
  const sync = (...more: readonly string[]) =>
    run('sync', '--json', '--no-state', '--src-tls-verify=false', '--src=docker', '--dest=dir', ...more);
  const parseReport = (text: string) => {
    const value: unknown = JSON.parse(text);
    validate('sync-report.schema.json', value);
    return SYNC_REPORT.strict().parse(value);
  };

  before(() => registry.seed(`oci:${dir.join('layout')}:app`, 'mirrored:1'));

  test('the report of a success, in the file of --report as well', async () => {
    const { stdout } = await sync('--report', 'report', `${registry.host}/mirrored`, 'synced');
    const report = parseReport(stdout);
    assert.deepEqual(parseReport(await readFile(dir.join('report'), 'utf8')), report);
    assert.deepEqual([report.operation, report.outcome, report.exit_code], ['sync', 'success', 0]);
    assert.equal(report.images[0]?.digest, image.manifest.digest);
  });

  test('the report of a failure', async () => {
    const { stdout, exitCode } = await sync(`${registry.host}/mirrored:nope`, 'failed');
    const report = parseReport(stdout);
    assert.deepEqual([report.outcome, report.exit_code, report.error_type], ['error', exitCode, 'not_found']);
    assert.equal(report.images[0]?.error_type, 'not_found');
  });

  test('the report of a run that leaves the work to another one', async () => {
    const proxy = await startProxy(registry, { rules: [{ match: { path: /\/blobs\// }, do: { silent: true } }] });
    const job = ['--job-name', 'mirror', '--state-dir', dir.join('state'), `${proxy.host}/mirrored`];
    const args = ['sync', '--json', '--src-tls-verify=false', '--src=docker', '--dest=dir', '--lock=skip', ...job];
    const first = startCli([...args, 'held'], cli());
    await waitFor('the first to copy', () => proxy.count({ path: /\/blobs\// }) > 0);
    await writeFile(dir.join('old-report'), '{"of": "an earlier run"}');
    const { stdout, exitCode } = await run(...args, '--report', 'old-report', 'left');
    const report = parseReport(stdout);
    assert.deepEqual([exitCode, report.exit_code, report.images], [0, 0, []]);
    assert.equal(report.not_run, 'another run of this job is under way');
    assert.deepEqual(parseReport(await readFile(dir.join('old-report'), 'utf8')), report);
    first.kill('SIGTERM');
    assert.equal(parseReport((await first.result).stdout).exit_code, 143);
    await proxy[Symbol.asyncDispose]();
  });

  test('--events: those of every copy, told apart by number', async () => {
    await sync('--events', 'sync-events', `${registry.host}/mirrored`, 'synced-again');
    const text = await readFile(dir.join('sync-events'), 'utf8');
    const types = assertEvents(text);
    assert.deepEqual([types[0], types.at(-1)], ['operation_started', 'operation_finished']);
    const copies = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).copy);
    assert.deepEqual([...new Set(copies)], [1]);
  });

  test('the check', async () => {
    const check = async (text: string) => {
      await writeFile(dir.join('m.yml'), text);
      const { stdout, exitCode, stderr } = await run('sync', '--json', '--check', '--file', 'm.yml');
      const value: unknown = JSON.parse(stdout);
      validate('sync-check.schema.json', value);
      const checked = SYNC_CHECK.strict().parse(value);
      assert.equal(checked.exit_code, exitCode);
      return { ...checked, stderr };
    };
    const image = 'images:\n  - { source: quay.io/a/b, destination: r.example/b }\n';
    assert.deepEqual(await check(image), {
      version: 1,
      valid: true,
      exit_code: 0,
      sources: 1,
      problems: [],
      stderr: '',
    });
    const warned = await check(`${image}registries: { quay.oi: {} }\n`);
    assert.deepEqual(
      warned.problems.map(({ severity, line, column, key }) => [severity, line, column, key]),
      [['warning', 3, 15, 'registries.quay.oi']],
    );
    const wrong = await check(`${image}paralel: 1\nretry: { times: -1 }\n`);
    assert.deepEqual([wrong.valid, wrong.exit_code], [false, 64]);
    assert.match(wrong.stderr, /m\.yml:3:1: unknown key "paralel"/);
    assert.deepEqual(
      wrong.problems.map(({ severity, file, line, column, key, message }) => [
        severity,
        file,
        line,
        column,
        key,
        message,
      ]),
      [
        ['error', dir.join('m.yml'), 3, 1, 'paralel', 'unknown key "paralel"; did you mean "parallel"?'],
        ['error', dir.join('m.yml'), 4, 17, 'retry.times', '"retry.times": must be at least 0'],
      ],
    );
    const gone = await run('sync', '--json', '--check', '--file', 'gone.yml');
    const { problems } = SYNC_CHECK.strict().parse(JSON.parse(gone.stdout));
    assert.match(problems[0]?.message ?? '', /cannot read gone\.yml/);
  });

  test('the plan', async () => {
    const { stdout } = await sync('--plan-only', `${registry.host}/mirrored`, 'planned');
    const value: unknown = JSON.parse(stdout);
    validate('sync-plan.schema.json', value);
    const plan = SYNC_PLAN.strict().parse(value);
    assert.deepEqual([plan.totals.copy, plan.images[0]?.action], [1, 'copy']);
  });
});

describe('--events', () => {
  test('to a file: every event of a copy, documented', async () => {
    await run('copy', '--all', '--events', 'events', 'oci:layout:list', ...destination('app:list'));
    const types = assertEvents(await readFile(dir.join('events'), 'utf8'));
    assert.equal(types[0], 'operation_started');
    assert.equal(types.at(-1), 'operation_finished');
    for (const type of ['attempt_started', 'list_counted', 'instance_started', 'blob_started', 'io_sampled']) {
      assert.ok(types.includes(type), type);
    }
    assert.ok(!types.includes('log'), 'debug output was not asked for');
  });

  test('to stdout, and nothing else there; with --debug the log of skopeo, too', async () => {
    const { stdout } = await run('copy', '--debug', '--events=-', 'oci:layout:app', 'dir:events-copy');
    assert.ok(assertEvents(stdout).includes('log'));
  });

  test('of a failure and its retries', async () => {
    const refused = 'docker://127.0.0.1:1/app:1';
    const { stdout } = await run('inspect', '--retry-times=1', '--retry-delay=10ms', '--events=-', refused);
    const types = assertEvents(stdout);
    assert.deepEqual(
      types.filter((type) => /attempt|retrying/.test(type)),
      ['attempt_started', 'attempt_failed', 'retrying', 'attempt_started', 'attempt_failed'],
    );
  });
});
