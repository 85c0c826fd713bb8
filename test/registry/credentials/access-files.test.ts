import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it, test } from 'node:test';
import { parseCommandLine } from '../../../src/command-line/command-line.ts';
import { argvOf, withChanges } from '../../../src/command-line/skopeo-arguments.ts';
import { WrapperError } from '../../../src/errors/wrapper-error.ts';
import { answerChanges, loginChanges } from '../../../src/operation/copy-request.ts';
import { AccessFiles, makePrivateDirectory } from '../../../src/registry/credentials/access-files.ts';
import { loginsOf } from '../../../src/registry/credentials/logins.ts';
import { Redactor } from '../../../src/secrets/redactor.ts';
import { makeFifo } from '../../support/fifo.ts';
import { createLayout } from '../../support/images.ts';
import { type Registry, startRegistry } from '../../support/registry.ts';
import { privateHome, skopeo } from '../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';

test('secrets go on to the next place where one cannot be written, for their owner alone', async () => {
  await using dir = await tempDir('private');
  const path = makePrivateDirectory({ XDG_RUNTIME_DIR: dir.path });
  assert.deepEqual([dirname(path), statSync(path).mode & 0o777], [dir.path, 0o700]);
  assert.ok(existsSync(makePrivateDirectory({ XDG_RUNTIME_DIR: '/nonexistent', TMPDIR: dir.path })));
});

const PASSWORD = 'c4nary-c4nary:x';
const base64 = (text: string) => Buffer.from(text).toString('base64');

let dir: TempDir;
beforeEach(async () => {
  dir = await tempDir('credentials');
});
afterEach(() => dir[Symbol.asyncDispose]());

const { signal } = new AbortController();

const prepare = async (argv: readonly string[], env: Record<string, string> = {}) => {
  const line = parseCommandLine(argv, env);
  const ours = { XDG_RUNTIME_DIR: dir.path, HOME: dir.join('no-home'), ...env };
  const redactor = new Redactor();
  const { logins, answer } = await loginsOf(line, { env: ours, redactor, signal });
  const accessFiles = new AccessFiles({ env: ours, uid: 0, cwd: dir.path }, signal);
  const changes = answer === undefined ? await loginChanges(logins, { accessFiles }) : answerChanges(answer);
  return {
    redactor,
    stdin: answer?.password,
    add: changes.add ?? [],
    argv: argvOf(withChanges(line.skopeoArguments, changes)),
    dispose: () => accessFiles[Symbol.dispose](),
  };
};

const authfileOf = (argv: readonly string[], flag: string) => {
  const path = argv[argv.indexOf(flag) + 1] ?? '';
  return { path, content: JSON.parse(readFileSync(path, 'utf8')) };
};

describe('the temporary authfile', () => {
  it('holds the login, and nobody else can read it', async () => {
    const { argv, dispose } = await prepare([
      'copy',
      '--dest-creds',
      `u:${PASSWORD}`,
      'dir:a',
      'docker://reg.example:5000/team/app:1',
    ]);
    const { path, content } = authfileOf(argv, '--dest-authfile');
    assert.deepEqual(content.auths, { 'reg.example:5000': { auth: base64(`u:${PASSWORD}`) } });
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
    dispose();
    dispose();
    assert.ok(!existsSync(dirname(path)));
  });

  it('keeps what the file of the user holds, but for what would go first', async () => {
    const mine = dir.join('mine.json');
    const old = { auth: 'b2xkOm9sZA==' };
    const auths = { 'mirror.example': { auth: 'bTpt' }, 'reg.example': old, 'reg.example/app': old };
    const credHelpers = { 'reg.example': 'ecr-login', 'other.example': 'gcloud' };
    await writeFile(mine, JSON.stringify({ auths, credHelpers, credsStore: 'x' }));
    for (const [argv, env] of [
      [['--authfile', mine], {}],
      [[], { REGISTRY_AUTH_FILE: mine }],
    ] as const) {
      const prepared = await prepare(['inspect', ...argv, '--creds', 'u:p', 'docker://reg.example/app'], env);
      const { content } = authfileOf(prepared.argv, '--authfile');
      prepared.dispose();
      assert.deepEqual(content.auths, { 'mirror.example': { auth: 'bTpt' }, 'reg.example': { auth: base64('u:p') } });
      assert.deepEqual(content.credHelpers, { 'other.example': 'gcloud' });
      assert.equal(content.credsStore, 'x');
      assert.ok(!prepared.argv.includes(mine));
    }
  });

  it('holds what skopeo would find in its own files, the first of them first', async () => {
    const files = {
      'containers/auth.json': { auths: { 'a.example': { auth: 'MQ==' } } },
      '.config/containers/auth.json': { auths: { 'a.example': { auth: 'Mg==' }, 'b.example': { auth: 'Mg==' } } },
      '.docker/config.json': { auths: { 'c.example': { auth: 'Mw==' } }, credHelpers: { 'a.example': 'x', d: 'y' } },
    };
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(dir.join(name)), { recursive: true });
      await writeFile(dir.join(name), JSON.stringify(content));
    }
    const { argv, dispose } = await prepare(['delete', '--creds=u:p', 'docker://reg.example/app:1'], {
      HOME: dir.path,
    });
    const { content } = authfileOf(argv, '--authfile');
    dispose();
    assert.deepEqual(content.auths, {
      'a.example': { auth: 'MQ==' },
      'b.example': { auth: 'Mg==' },
      'c.example': { auth: 'Mw==' },
      'reg.example': { auth: base64('u:p') },
    });
    assert.deepEqual(content.credHelpers, { d: 'y' });
  });

  it('is made although a file that nobody named is damaged', async () => {
    await mkdir(dir.join('.docker'));
    await writeFile(dir.join('.docker/config.json'), '{');
    const { argv, dispose } = await prepare(['delete', '--creds=u:p', 'docker://reg.example/a'], { HOME: dir.path });
    assert.deepEqual(Object.keys(authfileOf(argv, '--authfile').content.auths), ['reg.example']);
    dispose();
  });

  it('is not made without credentials, for --no-creds, or where they mean nothing', async () => {
    for (const line of [
      'copy docker://r/a dir:b',
      'copy --src-creds u:p dir:a dir:b',
      'manifest-digest file',
      'sync --src dir --dest dir --src-creds u:p a b',
    ]) {
      assert.deepEqual((await prepare(line.split(' '))).add, [], line);
    }
    const env = { SKOPEO_WRAPPER_CREDS: 'u:p' };
    assert.deepEqual((await prepare(['inspect', '--no-creds', 'docker://r/a'], env)).add, []);
  });

  it('is for the registry that sync writes to', async () => {
    for (const [destination, registry] of [
      ['reg.example:5000', 'reg.example:5000'],
      ['reg.example/mirror', 'reg.example'],
      ['team', 'docker.io'],
    ] as const) {
      const line = `sync --src docker --dest docker --dest-creds u:p docker.io/library/alpine:3 ${destination}`;
      const { argv, dispose } = await prepare(line.split(' '));
      assert.deepEqual(Object.keys(authfileOf(argv, '--dest-authfile').content.auths), [registry]);
      dispose();
    }
  });

  it('adds to what a pipe holds, which can be read only once', async () => {
    const fifo = makeFifo(dir.join('pipe'));
    const sides = ['--src-creds', 'u:p1', '--dest-creds', 'u:p2', 'docker://s.example/a', 'docker://d.example/a'];
    const [{ argv, dispose }] = await Promise.all([
      prepare(['copy', '--authfile', fifo, ...sides]),
      writeFile(fifo, '{"auths":{"other.example":{"auth":"bTpt"}}}'),
    ]);
    for (const [flag, registry] of [
      ['--src-authfile', 's.example'],
      ['--dest-authfile', 'd.example'],
    ] as const) {
      assert.deepEqual(Object.keys(authfileOf(argv, flag).content.auths), ['other.example', registry]);
    }
    dispose();
  });

  it('is per side', async () => {
    const line =
      'copy --src-creds a:1234 --dest-username b --dest-password 5678 docker://s.example/a docker://d.example/a';
    const { argv, dispose, redactor } = await prepare(line.split(' '));
    assert.equal(authfileOf(argv, '--src-authfile').content.auths['s.example'].auth, base64('a:1234'));
    assert.equal(authfileOf(argv, '--dest-authfile').content.auths['d.example'].auth, base64('b:5678'));
    dispose();
    for (const text of ['a:1234', '1234', '5678', base64('b:5678')])
      assert.doesNotMatch(redactor.redact(`<${text}>`), new RegExp(text), text);
  });
});

describe('where credentials come from', () => {
  const loginOf = async (argv: readonly string[], env: Record<string, string>) => {
    const prepared = await prepare(['list-tags', ...argv, 'docker://reg.example/app'], env);
    const { content } = authfileOf(prepared.argv, '--authfile');
    prepared.dispose();
    return Buffer.from(content.auths['reg.example'].auth, 'base64').toString();
  };

  it('a flag wins over a file, and a file over the environment', async () => {
    const file = dir.join('creds');
    await writeFile(file, 'file:p:w\nsecond line\n');
    const env = { SKOPEO_WRAPPER_CREDS: 'env:pw' };
    assert.equal(await loginOf([], env), 'env:pw');
    assert.equal(await loginOf(['--creds-file', file], env), 'file:p:w');
    assert.equal(await loginOf([], { ...env, SKOPEO_WRAPPER_CREDS_FILE: file }), 'file:p:w');
    assert.equal(await loginOf(['--creds-file', file, '--creds', 'flag:pw'], env), 'flag:pw');
    assert.equal(await loginOf(['--creds', 'nopassword'], {}), 'nopassword:');
    const fifo = makeFifo(dir.join('pipe'));
    const [login] = await Promise.all([loginOf(['--creds-file', fifo], {}), writeFile(fifo, 'pipe:pw\n')]);
    assert.equal(login, 'pipe:pw');
  });

  it('login takes the password on stdin', async () => {
    const { argv, stdin } = await prepare(['login', '-u', 'me', '-p', PASSWORD, 'reg.example']);
    assert.deepEqual(argv, ['login', '-u', 'me', 'reg.example', '--password-stdin']);
    assert.equal(stdin?.reveal(), PASSWORD);
    const fromEnv = await prepare(['login', 'reg.example'], { SKOPEO_WRAPPER_CREDS: `me:${PASSWORD}` });
    assert.deepEqual(fromEnv.argv, ['login', 'reg.example', '--username', 'me', '--password-stdin']);
    assert.equal(fromEnv.stdin?.reveal(), PASSWORD);
    assert.deepEqual((await prepare(['login', 'reg.example'])).argv, ['login', 'reg.example']);
  });
});

describe('what is refused', () => {
  const refused: Readonly<Record<string, RegExp>> = {
    'inspect --creds u:p --no-creds docker://r/a': /--creds and --no-creds cannot be used together/,
    'copy --src-creds u:p --src-username u docker://r/a dir:b': /--src-creds and --src-username/,
    'copy --dest-username u docker://r/a docker://r/b': /--dest-username needs --dest-password/,
    'copy --dest-password p docker://r/a docker://r/b': /--dest-password needs --dest-username/,
    'inspect --creds :p4ss docker://r/a': /--creds has no user name/,
    'inspect --registry-token t0ken docker://r/a': /--registry-token cannot be used/,
    'inspect --creds-file /nonexistent docker://r/a': /--creds-file \/nonexistent cannot be read/,
    'sync --src yaml --dest docker --src-creds u:p list.yml reg': /cannot be combined with --src yaml/,
    'login -p p4ss reg': /--password needs --username/,
    'login -u u -p p4ss --password-stdin reg': /cannot be used together/,
  };
  for (const [line, message] of Object.entries(refused)) {
    it(line, async () => {
      await assert.rejects(
        () => prepare(line.split(' ')),
        (error) => {
          assert.ok(error instanceof WrapperError);
          assert.match(error.message, message);
          assert.doesNotMatch(`${error.message} ${error.next} ${error.stack}`, /p4ss|t0ken/);
          return error.exitCode === 64;
        },
      );
    });
  }

  it('a damaged authfile', async () => {
    const damaged = dir.join('damaged.json');
    await writeFile(damaged, '{"auths": {"r": {"auth": "c4nary"');
    await assert.rejects(
      () => prepare(['inspect', '--authfile', damaged, '--creds', 'u:p', 'docker://r/a']),
      (error) => error instanceof WrapperError && !/c4nary/.test(`${error.message}${error.stack}`),
    );
  });
});

describe('skopeo', () => {
  let registry: Registry;
  before(async () => {
    registry = await startRegistry({ basicAuth: { me: PASSWORD } });
  });
  after(() => registry[Symbol.asyncDispose]());

  it('logs in with what was prepared, and leaves nothing behind', async () => {
    const layout = await createLayout(dir.join('layout'));
    await layout.addImage('a', { layers: [{ sizeBytes: 100 }] });
    const target = registry.reference('team/app:1');
    const copy = ['copy', '--dest-tls-verify=false', layout.reference('a'), target];
    for (const [argv, exitCode] of [
      [[...copy, '--dest-creds', `me:${PASSWORD}`], 0],
      [[...copy, '--dest-creds', 'me:wrong'], 1],
      [['inspect', '--tls-verify=false', '--creds', `me:${PASSWORD}`, target], 0],
      [['inspect', '--tls-verify=false', target], 1],
    ] as const) {
      const prepared = await prepare(argv);
      const result = await skopeo(prepared.argv, { env: privateHome(dir.path) });
      prepared.dispose();
      assert.equal(result.exitCode, exitCode, result.stderr);
    }
    const left = readdirSync(dir.path).filter((name) => name.startsWith('skopeo-wrapper-auth'));
    assert.deepEqual(left, []);
  });
});
