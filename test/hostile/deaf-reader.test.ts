import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { createLayout } from '../support/images.ts';
import { CLI, killProcessesWithEnv, processesWithEnv } from '../support/process.ts';
import { runHere } from '../support/run-here.ts';
import { sample } from '../support/sample.ts';
import { privateHome, SKOPEO } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';
import { DEAF_READERS } from './deaf-reader.ts';

/** Each asks the registry `@`, and then waits for it. */
const COMMANDS = [
  'copy --src-tls-verify=false docker://@/app:1 dir:out',
  'copy --progress bar --src-tls-verify=false docker://@/app:1 dir:out',
  'copy --json --src-tls-verify=false docker://@/app:1 dir:out',
  'copy --events - --src-tls-verify=false docker://@/app:1 dir:out',
  'sync --src-tls-verify=false --src docker --dest dir @/app mirror',
  'sync --dry-run --src-tls-verify=false --src docker --dest dir @/app mirror',
  'inspect --tls-verify=false docker://@/app:1',
  'list-tags --tls-verify=false docker://@/app',
  'exists --tls-verify=false docker://@/app:1',
  'doctor --tls-verify=false @',
];

/** What ends a run, and the status of a run that it has ended. */
const ENDS = { SIGTERM: 143, '--timeout 2s': 124 } as const;

/** Which streams lead to the reader. */
const STREAMS = [['stdout'], ['stderr'], ['stdout', 'stderr']] as const;

const ROWS = COMMANDS.flatMap((command) =>
  Object.keys(DEAF_READERS).flatMap((reader) =>
    STREAMS.flatMap((streams) =>
      (['SIGTERM', '--timeout 2s'] as const).map((end) => ({ command, reader, streams, end })),
    ),
  ),
);

/** A registry that takes connections and never says a word; `asked` resolves with the first one. */
const startSilentRegistry = () => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const { promise: host, resolve: listening } = Promise.withResolvers<string>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    resolve();
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    listening(typeof address === 'object' ? `127.0.0.1:${address?.port}` : '');
  });
  return { host, asked, [Symbol.dispose]: () => void server.close() };
};

const assertEnds = async ({ command, reader, streams, end }: (typeof ROWS)[number]): Promise<void> => {
  const kind = DEAF_READERS[reader];
  assert.ok(kind);
  await using dir = await tempDir('deaf');
  await chmod(dir.path, 0o777); // the other user writes there
  await using deaf = await kind.open(dir);
  using registry = startSilentRegistry();
  const words = command.replace('@', await registry.host).split(' ');
  const limit = end.startsWith('--') ? end.split(' ') : [];
  const [file = '', ...argv] = [...kind.wrap, ...CLI, ...limit, '--no-state', ...words];
  const mark = `MARK=${randomUUID()}`;
  const to = (stream: 'stdout' | 'stderr') => (streams.some((one) => one === stream) ? deaf.end : 'ignore');
  const child = spawn('env', [mark, file, ...argv], {
    cwd: dir.path,
    env: { ...privateHome(dir.path), PATH: process.env.PATH, TERM: 'xterm', SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO },
    stdio: ['ignore', to('stdout'), to('stderr')],
  });
  try {
    if (end === 'SIGTERM') {
      await registry.asked;
      child.kill(end);
    }
    await waitFor('its end', () => child.exitCode !== null || child.signalCode !== null, { deadlineMs: 60_000 });
    await waitFor('the end of all children', () => processesWithEnv(mark).length === 0);
  } finally {
    killProcessesWithEnv(mark);
  }
  // A command that has nothing to clean up leaves it to the signal.
  assert.equal(child.exitCode ?? (child.signalCode === end ? ENDS[end] : undefined), ENDS[end]);
};

describe('a reader that takes nothing keeps no command from ending', { concurrency: 4 }, () => {
  for (const row of sample(ROWS, 3))
    test(`${row.end} ends ${row.command}, ${row.streams.join(' and ')} to ${row.reader}`, () => assertEnds(row));
});

test('a run that is over and recorded keeps its exit status, though a signal ends its wait for a reader of stderr', async (t) => {
  await using dir = await tempDir('deaf-late');
  await using deaf = await DEAF_READERS['a pipe that is full']?.open(dir);
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 1_000 }] });
  const state = ['--state-dir', dir.join('state')];
  const [file = '', ...argv] = [...CLI, ...state, '--job-name', 'late', 'copy', layout.reference('app'), 'dir:out'];
  const env = { ...privateHome(dir.path), PATH: process.env.PATH ?? '', SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO };
  const child = spawn(file, argv, { cwd: dir.path, env, stdio: ['ignore', 'ignore', deaf?.end] });
  t.after(() => child.kill('SIGKILL'));
  const status = async () => (await runHere(['status', ...state, 'late'], { env, cwd: dir.path })).stdout;
  await waitFor('the run to be recorded', async () => /^late +ok /m.test(await status()));
  assert.equal(child.exitCode, null);
  child.kill('SIGTERM');
  await waitFor('its end', () => child.exitCode !== null || child.signalCode !== null);
  assert.deepEqual([child.exitCode, child.signalCode], [0, null]);
});
