import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { aptSources, debianEntry, debianSource } from '../../../scripts/support/apt-sources.mjs';
import { tempDir } from '../../support/temp.ts';

const etcWith = async (t: TestContext, files: Readonly<Record<string, string>>): Promise<string> => {
  const etc = await tempDir('apt');
  t.after(() => etc[Symbol.asyncDispose]());
  await mkdir(etc.join('sources.list.d'));
  for (const [name, text] of Object.entries(files)) await writeFile(etc.join(name), text);
  return etc.path;
};

const ONE_LINE = `# deb http://commented.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/usr/share/keyrings/one.gpg] https://tools.example/apt nodistro main
deb [signed-by=/usr/share/keyrings/one.gpg] https://mirror.example/debian bookworm main contrib # ours
deb https://mirror.example/security bookworm-security main
`;

const DEB822 = `# comment
Types: deb deb-src
# URIs: http://commented.example/debian
URIs: https://mirror.example/debian
Suites: trixie trixie-updates
Components: main
Signed-By: /usr/share/keyrings/two.gpg

Types: deb
URIs: https://off.example/debian
Suites: sid
Components: main
Enabled: no
`;

const KEY = ` -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBA==
 -----END PGP PUBLIC KEY BLOCK-----`;

test('reads the format of one line', async (t) => {
  const etc = await etcWith(t, { 'sources.list': ONE_LINE });
  assert.deepEqual(
    aptSources(etc).map(({ uris, suites }) => [...uris, ...suites]),
    [
      ['https://tools.example/apt', 'nodistro'],
      ['https://mirror.example/debian', 'bookworm'],
      ['https://mirror.example/security', 'bookworm-security'],
    ],
  );
  assert.deepEqual(debianSource(etc), {
    uri: 'https://mirror.example/debian',
    signedBy: '/usr/share/keyrings/one.gpg',
  });
});

test('reads the format of fields, without what is switched off', async (t) => {
  const etc = await etcWith(t, { 'sources.list.d/debian.sources': DEB822 });
  assert.equal(aptSources(etc).length, 1);
  assert.deepEqual(debianSource(etc), {
    uri: 'https://mirror.example/debian',
    signedBy: '/usr/share/keyrings/two.gpg',
  });
});

test('hands on a key that is written in the entry itself', async (t) => {
  const entry = `Types: deb\nURIs: https://m.example\nSuites: stable\nComponents: main\nSigned-By:\n${KEY}\n`;
  const etc = await etcWith(t, { 'sources.list.d/a.sources': entry });
  assert.match(debianEntry('sid', etc), /^Suites: sid$/m);
  assert.ok(debianEntry('sid', etc).includes(`Signed-By: ${KEY.trim()}\n`));
});

test('says so where apt knows no Debian', async (t) => {
  const etc = await etcWith(t, { 'sources.list.d/ubuntu.list': 'deb http://mirror.example/ubuntu noble main\n' });
  assert.throws(() => debianSource(etc), /knows no Debian/);
});
