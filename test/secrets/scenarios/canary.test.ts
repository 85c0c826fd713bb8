import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { freePort } from '../../support/free-port.ts';
import { createLayout, type OciLayout } from '../../support/images.ts';
import { killProcessesWithEnv, processesWithEnv, runCli, startCli, waitFor } from '../../support/process.ts';
import { type RegistryProxy, startProxy } from '../../support/proxy.ts';
import { type Registry, startRegistry } from '../../support/registry.ts';
import { sample } from '../../support/sample.ts';
import { privateHome } from '../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';

/** Looks like nothing else, and like no known form of a secret. */
const CANARY = 'Wq7canary0Zx';
const LOGIN = `user:${CANARY}`;
const FORMS = [CANARY, Buffer.from(LOGIN).toString('base64'), encodeURIComponent(LOGIN)];

/** One way in which credentials come in, for a source at `{host}`. */
interface Way {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const WAYS: Readonly<Record<string, Way>> = {
  '--src-creds': { args: ['--src-creds', LOGIN] },
  '--src-creds=': { args: [`--src-creds=${LOGIN}`] },
  '--screds': { args: ['--screds', LOGIN] },
  '--src-password': { args: ['--src-username', 'user', '--src-password', CANARY] },
  '--src-creds-file': { args: ['--src-creds-file', '{inputs}/creds'] },
  SKOPEO_WRAPPER_SRC_CREDS: { env: { SKOPEO_WRAPPER_SRC_CREDS: LOGIN } },
  SKOPEO_WRAPPER_SRC_CREDS_FILE: { env: { SKOPEO_WRAPPER_SRC_CREDS_FILE: '{inputs}/creds' } },
  '--authfile': { args: ['--authfile', '{inputs}/auth.json'] },
};

let scratch: TempDir;
let layout: OciLayout;
let registry: Registry;
let tokens: Registry;

before(async () => {
  scratch = await tempDir('secrets');
  layout = await createLayout(scratch.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 1000 }] });
  registry = await startRegistry({ basicAuth: { user: CANARY } });
  tokens = await startRegistry({ tokenAuth: { users: { user: CANARY } } });
  for (const one of [registry, tokens]) await one.seed(layout.reference('app'), 'team/app:1');
});
after(async () => {
  for (const part of [tokens, registry, scratch]) await part?.[Symbol.asyncDispose]();
});

/** The registry behind a proxy that never sends a blob. */
const startStalled = (): Promise<RegistryProxy> =>
  startProxy(registry, { rules: [{ match: { path: /\/blobs\// }, do: { silent: true } }] });

const assertClean = (what: string, text: string): void => {
  for (const form of FORMS) assert.ok(!text.includes(form), `${what} holds the secret:\n${text.slice(0, 2000)}`);
};

/** The private world of one run: `inputs` hold the secret on purpose, nothing else may. */
class World {
  readonly name: string;
  readonly root: string;
  readonly outputs: readonly string[];
  readonly env: Readonly<Record<string, string>>;

  constructor(name: string) {
    this.name = name;
    this.root = scratch.join(name);
    this.outputs = ['--events', join(this.root, 'events'), '--metrics-textfile', this.root, '--job-name', 'canary'];
    this.env = {
      ...privateHome(join(this.root, 'home')),
      SKOPEO_WRAPPER_STATE_DIR: join(this.root, 'state'),
      TEST_RUN: this.root,
    };
  }

  async make(host: string): Promise<void> {
    await mkdir(join(this.root, 'home'), { recursive: true });
    await mkdir(join(this.root, 'inputs'));
    await writeFile(join(this.root, 'inputs', 'creds'), `${LOGIN}\n`);
    const auths = { [host]: { auth: Buffer.from(LOGIN).toString('base64') } };
    await writeFile(join(this.root, 'inputs', 'auth.json'), JSON.stringify({ auths }));
  }

  fill = (text: string): string => text.replace('{inputs}', join(this.root, 'inputs'));

  args(way: Way): string[] {
    return [...(way.args ?? []).map(this.fill), ...this.outputs];
  }

  options(way: Way) {
    const env = Object.fromEntries(Object.entries(way.env ?? {}).map(([name, text]) => [name, this.fill(text)]));
    return { cwd: this.root, env: { ...this.env, ...env } };
  }

  /** Everything written anywhere below, but the inputs. */
  async assertFilesClean(except = /^inputs/): Promise<readonly string[]> {
    const names = (await readdir(this.root, { recursive: true })).filter((name) => !except.test(name));
    for (const name of names) {
      const path = join(this.root, name);
      if ((await stat(path)).isFile()) assertClean(name, await readFile(path, 'latin1'));
    }
    return names;
  }

  /** In the environment of every process of this run. */
  get marker(): string {
    return `TEST_RUN=${this.root}`;
  }

  /**
   * Processes of this run except the wrapper itself, whose arguments are what its user typed. A new process has the same
   * arguments for a moment, until it runs another program.
   */
  children(pid: number) {
    const found = processesWithEnv(this.marker);
    const own = found.find((one) => one.pid === pid)?.commandLine;
    return found.filter(({ commandLine }) => !isDeepStrictEqual(commandLine, own));
  }

  async assertChildrenClean(pid: number): Promise<void> {
    const children = await waitFor('skopeo to run', () => {
      const found = this.children(pid);
      return found.length > 0 && found;
    });
    for (const child of children) {
      assertClean(`/proc/${child.pid}/cmdline`, child.commandLine.join(' '));
      assertClean(`/proc/${child.pid}/environ`, await readFile(`/proc/${child.pid}/environ`, 'latin1').catch(() => ''));
    }
  }

  async authDirectories(): Promise<string[]> {
    const names = await readdir(join(this.root, 'home'));
    return names.filter((name) => name.startsWith('skopeo-wrapper-auth')).map((name) => join(this.root, 'home', name));
  }
}

const world = async (name: string, host = registry.host): Promise<World> => {
  const made = new World(name.replace(/[^\w-]/g, '_'));
  await made.make(host);
  return made;
};

describe('a secret that comes in', { concurrency: 2 }, () => {
  const endsByItself = async (name: string, way: Way): Promise<void> => {
    const here = await world(`${name}-done`);
    const copy = ['copy', '--debug', '--json', '--src-tls-verify=false', ...here.args(way)];
    const endings: readonly [number | undefined, string][] = [
      [0, 'team/app:1'],
      [undefined, 'team/app:nope'],
    ];
    for (const [status, image] of endings) {
      const { exitCode, stdout, stderr } = await runCli(
        [...copy, `docker://${registry.host}/${image}`, 'dir:new'],
        here.options(way),
      );
      assert.ok(status === undefined ? exitCode !== 0 : exitCode === status, stderr);
      assertClean('stdout', stdout);
      assertClean('stderr', stderr);
    }
    await here.assertFilesClean();
    assert.deepEqual(await here.authDirectories(), []);
  };

  const isEnded = async (name: string, way: Way, signal: 'SIGTERM' | 'SIGINT'): Promise<void> => {
    await using stalled = await startStalled();
    const here = await world(`${name}-${signal}`, stalled.host);
    const port = await freePort();
    const args = ['copy', '--src-tls-verify=false', `--metrics-listen=127.0.0.1:${port}`, ...here.args(way)];
    const run = startCli([...args, `docker://${stalled.host}/team/app:1`, 'dir:new'], here.options(way));
    await waitFor('a blob to be asked for', () => stalled.count({ path: /\/blobs\// }) > 0);
    await here.assertChildrenClean(run.pid);
    assertClean('the listener', await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
    for (const directory of await here.authDirectories()) {
      assert.equal((await stat(directory)).mode & 0o777, 0o700);
      for (const file of await readdir(directory))
        assert.equal((await stat(join(directory, file))).mode & 0o777, 0o600);
    }
    run.kill(signal);
    const { exitCode, stdout, stderr } = await run.result;
    assert.equal(exitCode, signal === 'SIGTERM' ? 143 : 130);
    assertClean('stdout', stdout);
    assertClean('stderr', stderr);
    assert.deepEqual(await here.authDirectories(), []);
    await here.assertFilesClean();
  };

  const rows = Object.entries(WAYS).flatMap(([name, way]) => [
    {
      title: `by ${name} is used and not shown, after a success and after failures`,
      run: () => endsByItself(name, way),
    },
    ...(['SIGTERM', 'SIGINT'] as const).map((signal) => ({
      title: `by ${name} is in no child, and nowhere after ${signal}`,
      run: () => isEnded(name, way, signal),
    })),
  ]);
  for (const { title, run } of sample(rows, 3)) test(title, run);
});

test('what a SIGKILL leaves behind is private, and swept by the next start', async () => {
  await using stalled = await startStalled();
  const here = await world('killed', stalled.host);
  const way = { args: ['--src-creds', LOGIN] };
  const args = ['copy', '--src-tls-verify=false', ...here.args(way), `docker://${stalled.host}/team/app:1`, 'dir:new'];
  const run = startCli(args, here.options(way));
  await waitFor('a blob to be asked for', () => stalled.count({ path: /\/blobs\// }) > 0);
  run.kill('SIGKILL');
  await run.result;
  killProcessesWithEnv(here.marker);
  const [directory = ''] = await here.authDirectories();
  assert.equal((await stat(directory)).mode & 0o777, 0o700);
  assert.equal((await stat(join(directory, 'src-authfile.json'))).mode & 0o777, 0o600);
  await here.assertFilesClean(/^inputs|skopeo-wrapper-auth/);
  await runCli(['manifest-digest', 'nowhere'], here.options({}));
  assert.deepEqual(await here.authDirectories(), []);
});

/** Commands other than copy, each with credentials of its own way. */
const COMMANDS: readonly (readonly string[])[] = [
  ['inspect', '--tls-verify=false', '--creds', LOGIN, 'docker://{host}/team/app:1'],
  [
    'inspect',
    '--debug',
    '--tls-verify=false',
    '--username=user',
    `--password=${CANARY}`,
    'docker://{host}/team/app:nope',
  ],
  ['exists', '--tls-verify=false', '--creds', LOGIN, 'docker://{host}/team/app:1'],
  ['list-tags', '--tls-verify=false', `--creds=${LOGIN}`, 'docker://{host}/team/app'],
  ['delete', '--tls-verify=false', '--creds', LOGIN, 'docker://{host}/team/app:nope'],
  [
    'sync',
    '--src',
    'docker',
    '--dest',
    'dir',
    '--src-tls-verify=false',
    '--src-creds',
    LOGIN,
    '{host}/team/app',
    'synced',
  ],
  ['login', '--tls-verify=false', '-u', 'user', '-p', CANARY, '{host}'],
  ['login', '--tls-verify=false', '-u', 'user', `--password=${CANARY}x`, '{host}'],
  ['copy', `docker://user:${CANARY}@{host}/team/app:1`, 'dir:new'],
  ['inspect', `docker://user:${CANARY}@{host}/team/app:1`],
  ['copy', '--src-registry-token', CANARY, 'docker://{host}/team/app:1', 'dir:new'],
  ['copy', `--src-pasword=${CANARY}`, 'docker://{host}/team/app:1', 'dir:new'],
  ['copy', '--quiet=true', '--src-creds', 'docker://{host}/team/app:1', `--dest-creds=${LOGIN}`, 'dir:new'],
];

/** Commands and variables; each hangs at a registry that does not answer. */
const LOOKED_AT_WHILE_RUNNING: readonly Way[] = [
  { args: ['login', '--tls-verify=false', '-u', 'user', '-p', CANARY, '{host}'] },
  { args: ['login', '--tls-verify=false', '--username=user', `--password=${CANARY}`, '{host}'] },
  { args: ['login', '--tls-verify=false', '--creds-file', '{inputs}/creds', '{host}'] },
  { args: ['login', '--tls-verify=false', '{host}'], env: { SKOPEO_WRAPPER_CREDS: LOGIN } },
  { args: ['inspect', '--tls-verify=false', '--creds', LOGIN, 'docker://{host}/team/app:1'] },
  { args: ['exists', '--tls-verify=false', `--creds=${LOGIN}`, 'docker://{host}/team/app:1'] },
  { args: ['list-tags', '--tls-verify=false', '--username=user', '--password', CANARY, 'docker://{host}/team/app'] },
  { args: ['delete', '--tls-verify=false', 'docker://{host}/team/app:1'], env: { SKOPEO_WRAPPER_CREDS: LOGIN } },
];

describe('while a command runs, its children do not hold the secret', { concurrency: 2 }, () => {
  for (const [index, { args = [], env = {} }] of sample(LOOKED_AT_WHILE_RUNNING, 1).entries()) {
    test([...args, ...Object.keys(env)].join(' ').replaceAll(CANARY, '*'), async () => {
      await using silent = await startProxy(registry, { rules: [{ do: { silent: true } }] });
      const here = await world(`running-${index}`, silent.host);
      const line = args.map((argument) => here.fill(argument).replace('{host}', silent.host));
      const run = startCli([...line, ...here.outputs], here.options({ env }));
      await waitFor('the registry to be asked', () => silent.count() > 0);
      await here.assertChildrenClean(run.pid);
      run.kill('SIGTERM');
      const { stdout, stderr } = await run.result;
      assertClean('stdout', stdout);
      assertClean('stderr', stderr);
      assert.deepEqual(await here.authDirectories(), []);
      await here.assertFilesClean();
    });
  }

  test('sync', async () => {
    await using silent = await startProxy(registry, {
      rules: [{ match: { path: /\/blobs\// }, do: { silent: true } }],
    });
    const here = await world('running-sync', silent.host);
    const flags = ['--src=docker', '--dest=dir', '--src-tls-verify=false', '--src-creds', LOGIN];
    const run = startCli(['sync', ...flags, `${silent.host}/team/app`, 'synced', ...here.outputs], here.options({}));
    await waitFor('a blob to be asked for', () => silent.count({ path: /\/blobs\// }) > 0);
    await here.assertChildrenClean(run.pid);
    run.kill('SIGTERM');
    await run.result;
    assert.deepEqual(await here.authDirectories(), []);
    await here.assertFilesClean();
  });
});

describe('commands with credentials', { concurrency: 2 }, () => {
  const rows = COMMANDS.flatMap((command) => [[], ['--json']].map((json) => ({ command, json })));
  for (const [index, { command, json }] of sample(rows, 4).entries()) {
    test(`${command.join(' ').replaceAll(CANARY, '*')} ${json}`, async () => {
      const here = await world(`command-${index}`);
      const args = command.map((argument) => argument.replace('{host}', registry.host));
      const { stdout, stderr } = await runCli([...args, ...json, ...here.outputs], here.options({}));
      assertClean('stdout', stdout);
      assertClean('stderr', stderr);
      // skopeo login keeps the login where it always does.
      await here.assertFilesClean(command[0] === 'login' ? /^inputs|auth\.json$/ : /^inputs/);
      assert.deepEqual(await here.authDirectories(), []);
    });
  }
});

test('bearer tokens of a registry are in no output', async () => {
  const here = await world('tokens', tokens.host);
  const args = ['copy', '--debug', '--src-tls-verify=false', '--src-creds', LOGIN, ...here.outputs];
  const { exitCode, stdout, stderr } = await runCli(
    [...args, `docker://${tokens.host}/team/app:1`, 'dir:new'],
    here.options({}),
  );
  assert.equal(exitCode, 0, stderr);
  const events = await readFile(join(here.root, 'events'), 'utf8');
  for (const text of [stdout, stderr, events]) assert.doesNotMatch(text, /eyJ[\w-]+\.[\w-]+\./);
});

test('the password of a proxy is in no output', async () => {
  const here = await world('proxy');
  const proxy = `http://user:${CANARY}@127.0.0.1:1`;
  const options = here.options({ env: { HTTPS_PROXY: proxy, HTTP_PROXY: proxy } });
  const { exitCode, stdout, stderr } = await runCli(
    ['inspect', '--json', ...here.outputs, 'docker://registry.example/app:1'],
    options,
  );
  assert.equal(exitCode, 1);
  assertClean('stdout', stdout);
  assertClean('stderr', stderr);
  await here.assertFilesClean();
});

test('the signature of a presigned URL is in no output', async () => {
  const here = await world('presigned');
  const headers = { location: `http://127.0.0.1:1/blob?X-Amz-Signature=${CANARY}&X-Amz-Date=1` };
  await using storage = await startProxy(registry, {
    rules: [{ match: { path: /\/blobs\// }, do: { answer: { status: 307, headers } } }],
  });
  const args = ['copy', '--debug', '--json', '--src-tls-verify=false', '--src-creds', LOGIN, ...here.outputs];
  const { exitCode, stdout, stderr } = await runCli(
    [...args, `docker://${storage.host}/team/app:1`, 'dir:new'],
    here.options({}),
  );
  assert.equal(exitCode, 1);
  assertClean('stdout', stdout);
  assertClean('stderr', stderr);
  await here.assertFilesClean();
});
