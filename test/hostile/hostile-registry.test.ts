import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type CliResult, startCli } from '../support/process.ts';
import { sample } from '../support/sample.ts';
import { privateHome } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import { HOSTILE_REPOSITORIES, startHostileRegistry } from './registry.ts';

/** Node takes some 100 MB; a manifest that is kept takes 100 MB more. */
const MOST_MEMORY_KB = 240_000;
/** V8 needs some 60 bytes for each bracket of the few million that a manifest of bounded size may nest. */
const MOST_MEMORY_NESTED_KB = 450_000;

/** Highest memory use of a process so far, in kB; undefined once it is gone. */
const peakOf = async (pid: number): Promise<number | undefined> => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const peak = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
  return peak === undefined ? undefined : Number(peak);
};

interface Watched extends CliResult {
  readonly peakKb: number;
}

const runWatched = async (args: readonly string[], dir: TempDir): Promise<Watched> => {
  const cli = startCli(args, { env: privateHome(dir.join('home')), cwd: dir.join('work') });
  let peakKb = 0;
  const timer = setInterval(async () => {
    peakKb = Math.max(peakKb, (await peakOf(cli.pid)) ?? 0);
  }, 50);
  const result = await cli.result;
  clearInterval(timer);
  return { ...result, peakKb };
};

/** Nothing but text and line ends. */
const assertPlain = (text: string, what: string): void => {
  const found = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/.exec(text);
  const around = JSON.stringify(text.slice(Math.max(0, (found?.index ?? 0) - 80), (found?.index ?? 0) + 80));
  assert.equal(found, null, `${what}: ${around}`);
};

describe('a registry that means harm', { concurrency: 3 }, () => {
  let registry: Awaited<ReturnType<typeof startHostileRegistry>>;
  let dir: TempDir;
  before(async () => {
    registry = await startHostileRegistry();
    dir = await tempDir('hostile');
    await mkdir(dir.join('home'));
    await mkdir(dir.join('work'));
  });
  after(async () => {
    await registry[Symbol.asyncDispose]();
    await dir[Symbol.asyncDispose]();
  });

  const assertHarmless = (result: Watched, repository = ''): void => {
    const mostKb = repository === 'nested' ? MOST_MEMORY_NESTED_KB : MOST_MEMORY_KB;
    assert.notEqual(result.exitCode, undefined, `ended by ${result.signal}\n${result.stderr}`);
    assertPlain(result.stderr, 'stderr');
    assert.ok(result.peakKb < mostKb, `${result.peakKb} kB of memory`);
    assert.doesNotMatch(result.stderr, /internal error|^\s+at /m, 'it is not taken for a bug of ours');
  };

  const copy = async (repository: string): Promise<void> => {
    const textfile = dir.join('work', `${repository}.prom`);
    const own = ['--json', '--metrics-textfile', textfile, '--state-dir', dir.join('state')];
    const image = `docker://${registry.host}/${repository}:good`;
    const result = await runWatched([...own, 'copy', '--src-tls-verify=false', image, 'dir:out'], dir);
    assertHarmless(result, repository);
    assert.notEqual(result.exitCode, 0);
    assert.equal(JSON.parse(result.stdout).outcome, 'error');
    const metrics = await readFile(textfile, 'utf8');
    assertPlain(metrics, 'metrics');
    assert.ok(
      metrics.split('\n').every((line) => line.length < 2_000),
      'labels are short',
    );
  };

  const inspect = async (repository: string): Promise<void> => {
    const image = `docker://${registry.host}/${repository}:good`;
    const result = await runWatched(['--no-state', 'inspect', '--raw', '--tls-verify=false', image], dir);
    assertHarmless(result, repository);
  };

  const sync = async (repository: string): Promise<void> => {
    const from = `${registry.host}/${repository}`;
    const target = dir.join('work', `mirror-${repository}`);
    await mkdir(target);
    const options = ['--src', 'docker', '--dest', 'dir', '--src-tls-verify=false', '--scoped'];
    const result = await runWatched(['--state-dir', dir.join('state'), 'sync', ...options, from, target], dir);
    assertHarmless(result, repository);
    assert.notEqual(result.exitCode, 0);
    assertPlain(result.stdout, 'stdout');
    const names = await readdir(dir.path, { recursive: true });
    assert.deepEqual(
      names.filter((name) => name.includes('escaped')),
      [],
    );
  };

  const syncByFile = async (repository: string): Promise<void> => {
    const file = dir.join('work', `${repository}.json`);
    await writeFile(
      file,
      JSON.stringify({
        registries: { [registry.host]: { 'tls-verify': false } },
        retry: { times: 0 },
        images: [
          {
            source: `${registry.host}/${repository}`,
            destination: [
              `oci:${dir.join('work')}/oci/{{name}}:{{tag}}`,
              `dir:${dir.join('work')}/dir/{{path}}/{{tag}}`,
            ],
          },
        ],
      }),
    );
    for (const extra of [['--dry-run'], []]) {
      const result = await runWatched(['--state-dir', dir.join('state'), 'sync', ...extra, '--file', file], dir);
      assertHarmless(result, repository);
      assertPlain(result.stdout, 'stdout');
      assert.notEqual(result.exitCode, 64, result.stderr);
    }
  };

  const COMMANDS = [
    { title: 'copy from', run: copy },
    { title: 'inspect of', run: inspect },
    { title: 'sync writes nothing outside of its directory, from', run: sync },
    { title: 'sync by a file with templates, dry run and real, from', run: syncByFile },
  ];
  const rows = HOSTILE_REPOSITORIES.flatMap((repository) => COMMANDS.map((command) => ({ ...command, repository })));
  for (const { title, run, repository } of sample(rows, 4)) test(`${title} ${repository}`, () => run(repository));

  test('list-tags prints hostile tags without a control character', async () => {
    const image = `docker://${registry.host}/poison`;
    const result = await runWatched(['--no-state', 'list-tags', '--tls-verify=false', image], dir);
    assertHarmless(result);
    assert.doesNotMatch(result.stdout, /[\x00-\x09\x0b-\x1f\x7f]/, 'stdout');
  });
});
