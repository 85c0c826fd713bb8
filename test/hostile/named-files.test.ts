import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { SYNC_COMMAND } from '../../src/cli/sync/sync-flags.ts';
import { GLOBAL_FLAGS } from '../../src/command-line/flags/global.ts';
import { DOCTOR, EXISTS } from '../../src/command-line/flags/own-commands.ts';
import { SUBCOMMANDS } from '../../src/command-line/flags/table.ts';
import { OWN_FLAGS } from '../../src/command-line/own-flags.ts';
import { MetricsServerCommand } from '../../src/commands/metrics-server.ts';
import { readNamed, writeNamed } from '../../src/host/named-files.ts';
import { makeFifo } from '../support/fifo.ts';
import { createLayout } from '../support/images.ts';
import { killProcessesWithEnv, processesWithEnv, startCli } from '../support/process.ts';
import { runHere } from '../support/run-here.ts';
import { sample } from '../support/sample.ts';
import { mustSkopeo, privateHome } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';

/** A flag whose value is a path, says its placeholder. */
const namesPath = (placeholder: string | undefined): boolean => /^(?:FILE|PATH|DIR)\b/.test(placeholder ?? '');

const skopeoFlags = [...SUBCOMMANDS, SYNC_COMMAND, EXISTS, DOCTOR].flatMap(({ name, flags }) =>
  [...flags, ...GLOBAL_FLAGS]
    .filter(({ placeholder }) => namesPath(placeholder))
    .map((flag) => ({ command: name, flag: flag.name })),
);
const ownFlags = Object.values(OWN_FLAGS)
  .filter((spec) => namesPath('placeholder' in spec ? spec.placeholder : undefined))
  .flatMap(({ name }) => ['copy', 'sync', 'inspect', 'login', 'doctor'].map((command) => ({ command, flag: name })));

const unique = (rows: readonly { command: string; flag: string }[]) => [
  ...new Map(rows.map((row) => [`${row.command} ${row.flag}`, row])).values(),
];
const ROWS = unique([...skopeoFlags, ...ownFlags]).filter(({ command }) => command !== 'experimental-image-proxy');

/** A command that gets as far as it can without a registry. */
const wordsOf = (command: string): readonly string[] => {
  const registry = 'docker://127.0.0.1:1/app:1';
  const words: Readonly<Record<string, readonly string[]>> = {
    copy: ['oci:layout:app', 'dir:out'],
    sync: ['--src', 'dir', '--dest', 'docker', '--dest-tls-verify=false', 'work', '127.0.0.1:1/mirror'],
    'list-tags': ['docker://127.0.0.1:1/app'],
    login: ['--username', 'me', '--password-stdin', '127.0.0.1:1'],
    logout: ['127.0.0.1:1'],
    'manifest-digest': ['manifest.json'],
    'standalone-sign': ['manifest.json', registry, 'ABCD'],
    'standalone-verify': ['manifest.json', registry, 'ABCD', 'signature'],
    'generate-sigstore-key': ['--output-prefix', 'key'],
    doctor: [],
  };
  return words[command] ?? [registry];
};

const opens = (pid: number, path: string): boolean =>
  readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);

describe('whatever a user names may be a FIFO with nobody at its other end', () => {
  let dir: TempDir;
  let fifos = 0;
  before(async () => {
    dir = await tempDir('fifo');
    const layout = await createLayout(dir.join('layout'));
    await layout.addImage('app', { layers: [{ sizeBytes: 1000 }] });
    mkdirSync(dir.join('run'));
    writeFileSync(dir.join('manifest.json'), '{}');
    writeFileSync(dir.join('signature'), 'x');
  });
  after(() => dir[Symbol.asyncDispose]());

  /** Starts a command whose flag names a FIFO; all that it starts can be told by a variable. */
  const startWith = (command: string, flag: string, more: readonly string[] = []) => {
    const fifo = makeFifo(dir.join(`fifo-${fifos++}`));
    const mark = `SKOPEO_WRAPPER_TEST_MARK=${fifo}`;
    const rest = flag === 'file' ? [] : wordsOf(command);
    const cli = startCli([command, ...more, `--${flag}`, fifo, ...rest], {
      cwd: dir.path,
      env: { ...privateHome(dir.join('home')), TMPDIR: dir.join('run'), SKOPEO_WRAPPER_TEST_MARK: fifo },
      timeoutMs: 20_000,
    });
    return { cli, fifo, mark };
  };

  const assertGone = async (mark: string): Promise<void> => {
    try {
      await waitFor('the end of all children', () => processesWithEnv(mark).length === 0, { deadlineMs: 5_000 });
    } finally {
      killProcessesWithEnv(mark);
    }
  };

  for (const { command, flag } of sample(ROWS, 4)) {
    test(`--timeout ends ${command} --${flag}`, async () => {
      const { cli, mark } = startWith(command, flag, ['--timeout', '1s']);
      const { exitCode, stderr, signal } = await cli.result;
      await assertGone(mark);
      assert.equal(signal, undefined, `had to be killed\n${stderr}`);
      assert.notEqual(exitCode, undefined);
      assert.doesNotMatch(stderr, /internal error|^\s+at /m);
    });
  }

  /** It is made right before outputs are opened. */
  const hasRunDirectory = (): boolean =>
    readdirSync(dir.join('run')).some((name) => name.startsWith('skopeo-wrapper-run'));

  for (const [flag, signal, status] of [
    ['events', 'SIGTERM', 143],
    ['src-creds-file', 'SIGINT', 130],
  ] as const) {
    test(`${signal} ends copy --${flag}`, async () => {
      const { cli, fifo, mark } = startWith('copy', flag);
      await waitFor('the command to wait', () => (flag === 'events' ? hasRunDirectory() : opens(cli.pid, fifo)));
      cli.kill(signal);
      const { exitCode, stderr } = await cli.result;
      await assertGone(mark);
      assert.equal(exitCode, status, stderr);
    });
  }

  test('SIGTERM ends metrics-server --web.config.file', async () => {
    assert.ok('web.config.file' in MetricsServerCommand.flags);
    const fifo = makeFifo(dir.join('web.yml'));
    const args = ['metrics-server', '--port', '0', '--state-dir', dir.join('state'), '--web.config.file', fifo];
    const cli = startCli(args, { timeoutMs: 20_000 });
    await waitFor('the FIFO to be open', () => opens(cli.pid, fifo));
    cli.kill('SIGTERM');
    assert.deepEqual(await cli.result.then(({ exitCode, stderr }) => ({ exitCode, stderr })), {
      exitCode: 0,
      stderr: '',
    });
  });

  test('all of them may be pipes that somebody writes or reads', async () => {
    const pipe = (name: string): string => makeFifo(dir.join(name));
    const [file, images, report, digests] = [pipe('file'), pipe('images'), pipe('report'), pipe('digests')];
    const out = `dir:${dir.join('mirrored')}`;
    const text = `job: pipes\nimages:\n  - { source: "dir:${dir.join('image')}", destination: "${out}" }\n`;
    await mustSkopeo(['copy', `oci:${dir.join('layout')}:app`, `dir:${dir.join('image')}`]);
    const args = ['--file', file, '--images', images, '--report', report, '--digestfile', digests];
    const list = `# all\ndir:${dir.join('image')} ${out}/latest\n`;
    const others = new AbortController();
    const [{ exitCode, stderr }, told, listed] = await Promise.all([
      runHere(['sync', '--no-state', ...args], { cwd: dir.path, env: privateHome(dir.join('home')) }).then((result) => {
        if (result.exitCode !== 0) others.abort();
        return result;
      }),
      ...[report, digests].map((path) => readNamed(path, 1024 ** 2, others.signal).catch(String)),
      writeNamed(file, text, others.signal).catch(String),
      writeNamed(images, list, others.signal).catch(String),
    ]);
    assert.equal(exitCode, 0, stderr);
    assert.equal(JSON.parse(String(told)).totals.copied, 1);
    assert.match(String(listed), /^sha256:/);
  });
});
