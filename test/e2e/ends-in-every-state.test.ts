import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { closeSync, constants, existsSync, openSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { describe, test } from 'node:test';
import { takeJobLock } from '../../src/sync/job-lock.ts';
import { makeFifo } from '../support/fifo.ts';
import { createLayout } from '../support/images.ts';
import { onLoopback } from '../support/on-loopback.ts';
import { killProcessesWithEnv, processesWithEnv, startCli } from '../support/process.ts';
import { writeProgram } from '../support/program.ts';
import { sample } from '../support/sample.ts';
import { mustSkopeo, privateHome, SKOPEO } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import { waitFor } from '../support/wait-for.ts';

/** A command that stays in one state, and how to tell that it is there. */
interface Staged {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  isThere(stderr: string): boolean;
}

interface State {
  readonly name: string;
  stage(dir: TempDir, closing: AsyncDisposableStack): Promise<Staged>;
  /** The status, where it is not that of a run which was ended. */
  readonly status?: number;
}

const never = (): void => undefined;

/** A registry with one repository of one tag; `asked` holds the paths of all requests. */
const registryThat = async (
  closing: AsyncDisposableStack,
  answers: {
    readonly tags: (response: ServerResponse) => void;
    readonly manifests: (response: ServerResponse) => void;
  },
) => {
  const asked: string[] = [];
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    if (url.includes('/tags/list')) answers.tags(response);
    else if (url.includes('/manifests/')) answers.manifests(response);
    else response.end('{}');
  });
  const { host } = closing.use(await onLoopback(server));
  return { host, wasAsked: (part: string) => asked.some((url) => url.includes(part)) };
};

const oneTag = (response: ServerResponse): void => void response.end(JSON.stringify({ name: 'app', tags: ['1'] }));
const unavailable = (response: ServerResponse): void => void response.writeHead(503).end();

const mirror = (host: string): readonly string[] => [
  ...['sync', '--src-tls-verify=false', '--src', 'docker', '--dest', 'dir', `${host}/app`],
  'mirror',
];

const imageIn = async (dir: TempDir): Promise<string> => {
  const layout = await createLayout(dir.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 1000 }] });
  return layout.reference('app');
};

/** A job that copies an image of a directory to another directory; returns its file. */
const localJob = async (dir: TempDir): Promise<string> => {
  await mustSkopeo(['copy', await imageIn(dir), `dir:${dir.join('image')}`]);
  const entry = { source: `dir:${dir.join('image')}`, destination: `dir:${dir.join('out')}` };
  writeFileSync(dir.join('mirror.yml'), JSON.stringify({ images: [entry] }));
  return dir.join('mirror.yml');
};

/** A skopeo that says where it is in a file of the directory, and then does not end. */
const skopeoThatHangs = (dir: TempDir, version: string, rest: string): Record<string, string> => ({
  SKOPEO_WRAPPER_SKOPEO_PATH: writeProgram(
    dir.join('skopeo'),
    `case "$*" in --version|-v) ${version} ;; esac\n${rest}\ntouch "${dir.join('there')}"\nwhile :; do sleep 1; done`,
  ),
});
const isMarked = (dir: TempDir) => () => existsSync(dir.join('there'));
const VERSION = 'echo "skopeo version 1.18.0"; exit 0';

const STATES: readonly State[] = [
  {
    name: 'before the start, as skopeo does not tell its version',
    stage: async (dir) => ({
      args: ['copy', 'dir:a', 'dir:b'],
      env: skopeoThatHangs(dir, ':', ''),
      isThere: isMarked(dir),
    }),
  },
  {
    name: 'listing',
    stage: async (_, closing) => {
      const { host, wasAsked } = await registryThat(closing, { tags: never, manifests: never });
      return { args: mirror(host), isThere: () => wasAsked('/tags/list') };
    },
  },
  {
    name: 'comparing',
    stage: async (_, closing) => {
      const { host, wasAsked } = await registryThat(closing, { tags: oneTag, manifests: never });
      return { args: mirror(host), isThere: () => wasAsked('/manifests/') };
    },
  },
  {
    name: 'copying by a skopeo that is deaf to SIGTERM',
    stage: async (dir) => ({
      args: ['copy', 'dir:a', 'dir:b'],
      env: skopeoThatHangs(dir, VERSION, "trap '' TERM"),
      isThere: isMarked(dir),
    }),
  },
  {
    name: 'copying many',
    stage: async (dir) => ({
      args: ['sync', '--file', await localJob(dir)],
      env: skopeoThatHangs(dir, VERSION, "trap '' TERM"),
      isThere: isMarked(dir),
    }),
  },
  {
    name: 'waiting to try again',
    stage: async (_, closing) => {
      const { host } = await registryThat(closing, { tags: unavailable, manifests: unavailable });
      const image = `docker://${host}/app:1`;
      return {
        args: ['copy', '--src-tls-verify=false', '--retry-times', '1', '--retry-delay', '1h', image, 'dir:out'],
        isThere: (stderr) => /the next one starts/.test(stderr),
      };
    },
  },
  {
    name: 'waiting for the lock of a job',
    stage: async (dir, closing) => {
      const lock = await takeJobLock(dir.join('state', 'sync'), 'held', 'fail', new AbortController().signal);
      if (lock !== undefined) closing.use(lock);
      const { host } = await registryThat(closing, { tags: never, manifests: never });
      return {
        args: [...mirror(host), '--job-name', 'held', '--lock', 'wait', '--metrics-textfile', dir.join('own.prom')],
        isThere: () => existsSync(dir.join('own.prom')),
      };
    },
  },
  {
    name: 'closing its events, which nobody takes',
    stage: async (dir, closing) => {
      const fifo = makeFifo(dir.join('events'));
      const fd = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
      closing.defer(() => closeSync(fd));
      return {
        args: ['copy', '--events', fifo, 'dir:a', 'dir:b'],
        env: skopeoThatHangs(
          dir,
          VERSION,
          'yes "time=\\"2026-01-01T00:00:00Z\\" level=warning msg=x" | head -2000 >&2',
        ),
        isThere: isMarked(dir),
      };
    },
  },
  {
    name: 'writing its report, which nobody reads',
    stage: async (dir) => ({
      args: ['sync', '--file', await localJob(dir), '--report', makeFifo(dir.join('report'))],
      isThere: () => existsSync(dir.join('out', 'latest', 'manifest.json')),
    }),
    status: 74,
  },
];

const ENDS = { SIGTERM: 143, SIGINT: 130, '--timeout': 124 } as const;

const ROWS = STATES.flatMap((state) => (['SIGTERM', 'SIGINT', '--timeout'] as const).map((end) => ({ state, end })));

const assertEnds = async ({ state, end }: (typeof ROWS)[number]): Promise<void> => {
  await using dir = await tempDir('state');
  await using closing = new AsyncDisposableStack();
  const { args, env, isThere } = await state.stage(dir, closing);
  const mark = randomUUID();
  const [subcommand = '', ...rest] = args;
  const cli = startCli([subcommand, ...(end === '--timeout' ? ['--timeout', '2s'] : []), ...rest], {
    cwd: dir.path,
    env: {
      ...privateHome(dir.path),
      SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO,
      SKOPEO_WRAPPER_STATE_DIR: dir.join('state'),
      MARK: mark,
      ...env,
    },
    timeoutMs: 60_000,
  });
  try {
    if (end !== '--timeout') {
      await Promise.race([waitFor('the state', () => isThere(cli.output.stderr)), cli.result]);
      cli.kill(end);
    }
    const { exitCode, stderr } = await cli.result;
    const { status = ENDS[end] } = state;
    // On a busy machine the limit may come before the state.
    assert.ok([status, ...(end === '--timeout' ? [ENDS[end]] : [])].includes(exitCode ?? -1), `${exitCode}: ${stderr}`);
    await waitFor('the end of all children', () => processesWithEnv(`MARK=${mark}`).length === 0);
  } finally {
    killProcessesWithEnv(`MARK=${mark}`);
  }
};

describe('a command can be ended in every state', { concurrency: 4 }, () => {
  for (const row of sample(ROWS, 3)) test(`${row.end} while ${row.state.name}`, () => assertEnds(row));
});
