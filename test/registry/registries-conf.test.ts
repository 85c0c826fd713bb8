import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { loadRegistriesConf, treatmentOf } from '../../src/registry/registries-conf.ts';
import { Redactor } from '../../src/secrets/redactor.ts';
import { tempDir } from '../support/temp.ts';

/** How repositories are treated under a registries.conf. */
const treatments = async (text: string, ...repositories: string[]): Promise<readonly string[]> => {
  await using dir = await tempDir('registries-conf');
  await writeFile(dir.join('registries.conf'), text);
  const environment = { env: {}, home: dir.join('home'), uid: 0, systemDirectory: dir.path, redactor: new Redactor() };
  const conf = await loadRegistriesConf(environment);
  return repositories.map((name) =>
    treatmentOf(conf, name.slice(0, name.indexOf('/')), name.slice(name.indexOf('/') + 1)),
  );
};

test('without rules every registry is plain', async () => {
  assert.deepEqual(await treatments('unqualified-search-registries = ["docker.io"]\n', 'quay.io/a/b'), ['plain']);
});

test('an insecure registry is plain but for the certificates', async () => {
  const text = '[[registry]]\nlocation = "reg.example:5000"\ninsecure = true\n';
  assert.deepEqual(await treatments(text, 'reg.example:5000/a', 'reg.example/a'), ['insecure', 'plain']);
});

test('blocked, mirrored and rewritten repositories are special, others of the registry are not', async () => {
  const text = [
    '[[registry]]\nprefix = "a.example/team"\nblocked = true',
    '[[registry]]\nlocation = "b.example"\n[[registry.mirror]]\nlocation = "m.example"',
    '[[registry]]\nprefix = "c.example/x"\nlocation = "d.example/y"',
    '[[registry]]\nprefix = "*.corp.example"\nlocation = "corp.example"',
  ].join('\n');
  const names = [
    'a.example/team/app',
    'a.example/teamwork',
    'b.example/x',
    'c.example/x',
    'c.example/xy',
    'r.corp.example/z',
  ];
  assert.deepEqual(await treatments(text, ...names), ['special', 'plain', 'special', 'special', 'plain', 'special']);
});

for (const [what, text] of Object.entries({
  'broken syntax': '[[registry]\n',
  'the old format': "[registries.insecure]\nregistries = ['x']\n",
  'an unexpected type': '[[registry]]\nlocation = 7\n',
})) {
  test(`${what} makes every registry special`, async () => {
    assert.deepEqual(await treatments(text, 'quay.io/a/b'), ['special']);
  });
}

test('files of registries.conf.d count too', async () => {
  await using dir = await tempDir('registries-conf');
  await mkdir(dir.join('registries.conf.d'));
  await writeFile(dir.join('registries.conf.d', 'one.conf'), '[[registry]]\nlocation = "x.example"\nblocked = true\n');
  const conf = await loadRegistriesConf({
    env: {},
    home: dir.join('home'),
    uid: 0,
    systemDirectory: dir.path,
    redactor: new Redactor(),
  });
  assert.equal(treatmentOf(conf, 'x.example', 'a'), 'special');
});

test('another file than the usual ones leaves everything to skopeo', async () => {
  await using dir = await tempDir('registries-conf');
  const environment = { env: {}, home: dir.join('home'), uid: 0, systemDirectory: dir.path, redactor: new Redactor() };
  const conf = await loadRegistriesConf({ ...environment, registriesConf: dir.join('other.conf') });
  assert.equal(treatmentOf(conf, 'x.example', 'a'), 'special');
});
