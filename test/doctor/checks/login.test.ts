import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { checkLogin } from '../../../src/doctor/checks/login.ts';
import type { Visit } from '../../../src/doctor/visit-registry.ts';
import { findSkopeo } from '../../../src/skopeo/binary.ts';
import { type Registry, startRegistry } from '../../support/registry.ts';
import { privateHome, SKOPEO } from '../../support/skopeo.ts';
import { type TempDir, tempDir } from '../../support/temp.ts';

const CANARY = 'c4nary-pass';

const resources = new AsyncDisposableStack();
let dir: TempDir;
let basic: Registry;
let token: Registry;
let skopeoPath: string;

before(async () => {
  dir = resources.use(await tempDir('doctor-login'));
  basic = resources.use(await startRegistry({ basicAuth: { me: CANARY } }));
  token = resources.use(await startRegistry({ tokenAuth: { users: { me: CANARY }, anonymousPull: true } }));
  skopeoPath = (await findSkopeo({ skopeoPath: SKOPEO, env: process.env, cwd: '/' })).path;
});
after(() => resources.disposeAsync());

const ANSWERED: Visit = { kind: 'answered', origin: '', wantsLogin: true, askedMs: 0, answeredMs: 0 };

/** What is found with that entry for the registry in the auth file. */
const findingWith = async (registry: string, entry: object | undefined, visit: Visit = ANSWERED) => {
  const authfile = dir.join('auth.json');
  await writeFile(authfile, JSON.stringify({ auths: entry === undefined ? {} : { [registry]: entry } }));
  const flags = ['--authfile', authfile, '--tls-verify=false'];
  const env = { PATH: process.env.PATH, ...privateHome(dir.path) };
  const finding = await checkLogin(registry, visit, { path: skopeoPath, env, cwd: dir.path, flags });
  assert.doesNotMatch(JSON.stringify(finding), new RegExp(`${CANARY}|${loginOf(CANARY).auth}`));
  return finding;
};

const loginOf = (password: string) => ({ auth: Buffer.from(`me:${password}`).toString('base64') });

test('a login that works, one that is refused, and none are told apart', async () => {
  for (const { host } of [basic, token]) {
    assert.equal((await findingWith(host, loginOf(CANARY))).status, 'ok');
    const refused = await findingWith(host, loginOf('wrong'));
    assert.equal(refused.status, 'error');
    assert.match(refused.message, /refuses the login/);
    assert.match(refused.next ?? '', new RegExp(`skopeo-wrapper login ${host}`));
    const none = await findingWith(host, undefined);
    assert.equal(none.status, 'warning');
    assert.match(none.message, /no login/);
  }
});

test('a registry that wants none needs none', async () => {
  assert.equal((await findingWith(basic.host, undefined, { ...ANSWERED, wantsLogin: false })).status, 'ok');
});

test('a token and a registry that does not answer are not tried', async () => {
  const byToken = await findingWith(basic.host, { ...loginOf('x'), identitytoken: CANARY });
  assert.equal(byToken.status, 'ok');
  assert.match(byToken.message, /not tried/);
  const silent = await findingWith(basic.host, loginOf('wrong'), { kind: 'failed', reason: 'gone' });
  assert.equal(silent.status, 'warning');
});
