import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import semver from 'semver';
import { createLayout, HOST_PLATFORM, type OciLayout } from '../support/images.ts';
import { CLI } from '../support/process.ts';
import { type RegistryProxy, startProxy } from '../support/proxy.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { mustSkopeo, privateHome, skopeoVersion } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import { FAULTS } from './faults.ts';
import { SIGSTORE_KEYS_SINCE } from './invocation.ts';

/** Registries, files and keys that all invocations share; each run gets a fresh copy of the files. */
export interface Stage extends AsyncDisposable {
  /** Files that every run finds in its working directory. */
  readonly template: string;
  readonly scratch: TempDir;
  readonly registries: Readonly<Record<'plain' | 'basic' | 'tls' | 'token', Registry>>;
  /** Replacements for `{name}` in command lines. */
  readonly words: Readonly<Record<string, string>>;
  readonly gnupgHome: string;
  /** How the wrapper is started. */
  readonly program: readonly [string, ...string[]];
}

const KIB = 1024;
const USERS = { user: 'pass:word' };
const LOGIN = Buffer.from('user:pass:word').toString('base64');
const BAD_LOGIN = Buffer.from('user:wrong').toString('base64');

const fillLayout = async (path: string): Promise<{ layout: OciLayout; layer: string; digest: string }> => {
  const layout = await createLayout(path);
  const layers = [{ sizeBytes: 3 * KIB }, { sizeBytes: 2 * KIB }];
  const { manifest, layers: made } = await layout.addImage('app', { layers });
  await layout.addImage('other', { layers, seed: 'other' });
  const other = HOST_PLATFORM.architecture === 'arm64' ? 'amd64' : 'arm64';
  await layout.addIndex('list', [
    { layers, platform: HOST_PLATFORM },
    { layers: [{ sizeBytes: KIB }], platform: { os: 'linux', architecture: other } },
  ]);
  await layout.addIndex('foreign', [{ layers, platform: { os: 'plan9', architecture: 'mips' } }]);
  return { layout, layer: made[0]?.digest ?? '', digest: manifest.digest };
};

const REJECT = { default: [{ type: 'reject' }] };

const signedPolicy = (keyPath: string) => ({
  default: [
    {
      type: 'signedBy',
      keyType: 'GPGKeys',
      keyPath,
      signedIdentity: { type: 'exactReference', dockerReference: 'registry.example/app:1' },
    },
  ],
});

/** Whoever pulls from a registry must find the signature that was made with the stage's sigstore key. */
const SIGSTORE_POLICY = {
  default: [{ type: 'reject' }],
  transports: { docker: { '': [{ type: 'sigstoreSigned', keyPath: 'sigstore.pub' }] } },
};

const json = (value: unknown): string => JSON.stringify(value);

/** A key without a passphrase, for one test run. */
export const makeGpgKey = async (home: string): Promise<{ fingerprint: string; publicKey: string }> => {
  await mkdir(home, { mode: 0o700 });
  const gpg = (...args: string[]) =>
    execa('gpg', ['--batch', '--homedir', home, ...args], { env: { PATH: process.env.PATH }, extendEnv: false });
  await gpg('--passphrase', '', '--quick-generate-key', 'Test <test@example.org>', 'ed25519', 'sign', 'never');
  const { stdout } = await gpg('--with-colons', '--list-keys');
  const { stdout: publicKey } = await gpg('--armor', '--export');
  return { fingerprint: /^fpr:+([0-9A-F]+):$/m.exec(stdout)?.[1] ?? '', publicKey };
};

/** Ends GnuPG's agent of that home. */
export const forgetGpgKey = async (home: string): Promise<void> => {
  await execa('gpgconf', ['--homedir', home, '--kill', 'all'], { reject: false });
};

const writeFiles = async (template: string, hosts: Record<string, string>, publicKey: string): Promise<void> => {
  const files: Record<string, string> = {
    'auth.json': json({ auths: { [hosts.basic ?? '']: { auth: LOGIN }, [hosts.token ?? '']: { auth: LOGIN } } }),
    'auth-bad.json': json({ auths: { [hosts.basic ?? '']: { auth: BAD_LOGIN } } }),
    'auth-broken.json': '{',
    'reject.json': json(REJECT),
    'signed.json': json(signedPolicy('key.pub')),
    'sigstore.json': json(SIGSTORE_POLICY),
    'sigstore.yaml': 'privateKeyFile: sigstore.private\nprivateKeyPassphraseFile: passphrase\n',
    'registries.d/default.yaml': 'default-docker:\n  use-sigstore-attachments: true\n',
    'broken-policy.json': '{"default": 1}',
    'key.pub': publicKey,
    'sync.yaml': `${hosts.plain}:\n  tls-verify: false\n  images:\n    team/app: [app]\n`,
    'sync-none.yaml': `${hosts.plain}:\n  tls-verify: false\n  images:\n    team/app: [nope]\n`,
    'sync-broken.yaml': 'not a mapping\n',
    'blocked.conf': `[[registry]]\nlocation = "${hosts.plain}"\nblocked = true\n`,
    'not-an-image': 'text\n',
    passphrase: 'secret\n',
  };
  await mkdir(join(template, 'registries.d'));
  for (const [name, content] of Object.entries(files)) await writeFile(join(template, name), content);
  await mkdir(join(template, 'empty'));
  await mkdir(join(template, 'full'));
  await writeFile(join(template, 'full', 'file'), 'precious\n');
};

/** `sigstore.private` and `sigstore.pub`, where skopeo can make them. */
const makeSigstoreKey = async (template: string): Promise<void> => {
  if (semver.lt(await skopeoVersion(), SIGSTORE_KEYS_SINCE)) return;
  const passphrase = ['--passphrase-file', join(template, 'passphrase')];
  await mustSkopeo(['generate-sigstore-key', '--output-prefix', join(template, 'sigstore'), ...passphrase]);
};

const writeImages = async (template: string, layout: OciLayout, home: string): Promise<void> => {
  const copies = [
    [layout.reference('app'), `dir:${join(template, 'dir')}`],
    [layout.reference('app'), `oci-archive:${join(template, 'oci.tar')}:app`],
    [layout.reference('app'), `docker-archive:${join(template, 'docker.tar')}:example.org/app:1`],
  ];
  for (const [from = '', to = ''] of copies) await mustSkopeo(['copy', '-q', from, to], { env: privateHome(home) });
};

/** Builds everything once; a few seconds. */
export const buildStage = async (): Promise<Stage> => {
  const scratch = await tempDir('dropin');
  const template = scratch.join('template');
  const gnupgHome = scratch.join('gnupg');
  await mkdir(template);
  const { layout, layer, digest } = await fillLayout(join(template, 'layout'));
  const [plain, basic, tls, token, key] = await Promise.all([
    startRegistry(),
    startRegistry({ basicAuth: USERS }),
    startRegistry({ tls: true }),
    startRegistry({ tokenAuth: { users: USERS, anonymousPull: true } }),
    makeGpgKey(gnupgHome),
  ]);
  const registries = { plain, basic, tls, token };
  for (const registry of Object.values(registries)) {
    for (const tag of ['app', 'list']) await registry.seed(layout.reference(tag), `team/app:${tag}`);
  }
  const faulty: RegistryProxy = await startProxy(plain, { rules: FAULTS });
  const none: RegistryProxy = await startProxy(plain, {
    rules: [{ do: { answer: { status: 404, body: '<html>no' } } }],
  });
  const hosts = { plain: plain.host, basic: basic.host, tls: tls.host, token: token.host };
  await writeFiles(template, hosts, key.publicKey);
  await makeSigstoreKey(template);
  await writeImages(template, layout, scratch.path);
  return {
    template,
    scratch,
    registries,
    gnupgHome,
    program: CLI,
    words: {
      ...hosts,
      faulty: faulty.host,
      none: none.host,
      key: key.fingerprint,
      certs: tls.certDir ?? '',
      layer,
      digest,
    },
    async [Symbol.asyncDispose]() {
      await forgetGpgKey(gnupgHome);
      const parts = [faulty, none, ...Object.values(registries)];
      await Promise.all(parts.map((part) => part[Symbol.asyncDispose]()));
      await scratch[Symbol.asyncDispose]();
    },
  };
};
