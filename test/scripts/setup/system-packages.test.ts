import assert from 'node:assert/strict';

import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { installPackages, missingPackages } from '../../../scripts/setup/system-packages.mjs';

/** The part of the fake apt-get that does install skopeo. */
const INSTALLS_SKOPEO = '*--yes*) echo "#!/bin/sh" >"$here/skopeo"; /bin/chmod 755 "$here/skopeo" ;;';

/**
 * A PATH of its own, with nothing but a shell, a sudo that changes nobody, and an apt-get that writes down its calls
 * and then does what `aptGet`, the cases of a shell's `case`, says.
 */
const fakeSystem = (t: TestContext, aptGet = '') => {
  const path = mkdtempSync(join(tmpdir(), 'setup-test-'));
  t.after(() => rmSync(path, { recursive: true }));
  const log = join(path, 'apt.log');
  const add = (name: string, script: string): void => {
    writeFileSync(join(path, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(path, name), 0o755);
  };
  symlinkSync('/bin/sh', join(path, 'sh'));
  add('sudo', 'exec "$@"');
  if (aptGet !== '') add('apt-get', `here=${path}; echo "$@" >>${log}\ncase "$*" in\n${aptGet}\nesac`);
  const calls = () =>
    readFileSync(log, 'utf8')
      .trim()
      .replaceAll(/^-qq -o \S+ -o \S+ /gm, '')
      .split('\n');
  return { path, add, calls };
};

const install = (path: string): string[] => {
  const said: string[] = [];
  installPackages(missingPackages('start', path), { path, say: (line: string) => said.push(line) });
  return said;
};

const INSTALL = 'install --yes --no-install-recommends skopeo';
const SIMULATE = '--simulate install --no-install-recommends skopeo';

test('a program is missing when no directory of PATH has it', (t) => {
  const { path, add } = fakeSystem(t);
  assert.deepEqual(
    missingPackages('start', path).map(({ command }) => command),
    ['skopeo'],
  );
  add('skopeo', '');
  assert.deepEqual(missingPackages('start', path), []);
});

test('installs what is missing, says what and why, and refreshes no list that is good', (t) => {
  const { path, calls } = fakeSystem(t, INSTALLS_SKOPEO);
  const said = install(path).join('\n');
  assert.match(said, /skopeo +the program that is driven/);
  assert.match(said, /Installing by apt-get.*: skopeo/);
  assert.deepEqual(calls(), [SIMULATE, INSTALL]);
  assert.deepEqual(missingPackages('start', path), []);
});

test('refreshes the lists when they do not know the package', (t) => {
  const { path, calls } = fakeSystem(t, `*--simulate*) exit 100 ;; ${INSTALLS_SKOPEO}`);
  install(path);
  assert.deepEqual(calls(), [SIMULATE, 'update', INSTALL]);
});

test('says so when apt-get fails', (t) => {
  const { path } = fakeSystem(t, '*--yes*) exit 100 ;;');
  assert.throws(() => install(path), /apt-get could not install skopeo/);
});

test('names the command of another package manager', (t) => {
  const { path, add } = fakeSystem(t);
  assert.throws(() => install(path), /Install them and run this again: skopeo/);
  add('dnf', '');
  assert.throws(() => install(path), /dnf install skopeo/);
});
