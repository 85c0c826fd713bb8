/**
 * test-fresh.mjs [SYSTEM ...] [--user=root|tester] [--tests=PATTERN]: tries the first two commands, `npm start` and
 * `npm test`, in a fresh clone on systems that have never seen the project, as root and as a user with sudo, and prints a
 * table. `--tests` gives `npm test` a pattern, for a short trial. Needs root; the systems are made by debootstrap.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createSystem } from './fresh/system.mjs';
import { SYSTEMS, USERS } from './fresh/systems.mjs';

const root = resolve(import.meta.dirname, '..');
const directory = join(root, '.cache/fresh');
const say = (line) => process.stderr.write(`${line}\n`);

/** Runs a command, and tells its exit status, the seconds it took, and its output. */
const measure = async (system, user, command) => {
  const startedMs = performance.now();
  let text = '';
  const status = await system.run(user, `cd ~/skopeo-wrapper && ${command}`, (piece) => {
    text += piece;
  });
  return { status, seconds: Math.round((performance.now() - startedMs) / 1000), text };
};

const cell = ({ status, seconds }, closing = '') =>
  `${status === 0 ? 'ok' : `status ${status}`}, ${seconds} s${closing}`;

const tryOn = async (name, user, tests) => {
  const log = join(root, 'build/fresh', `${name}-${user}.log`);
  rmSync(log, { force: true });
  say(`${name}, ${user}: ${log}`);
  const system = await createSystem(SYSTEMS[name], { directory, name: `${name}-${user}`, log });
  try {
    const clone = join(system.root, USERS[user], 'skopeo-wrapper');
    execFileSync('git', ['clone', '--quiet', '--no-local', root, clone]);
    execFileSync('chroot', [system.root, 'chown', '-R', `${user}:`, USERS[user]]);
    const versions = (await measure(system, user, 'node --version; npm --version')).text.trim().split('\n');
    const start = await measure(system, user, 'npm start');
    const test = await measure(system, user, `npm test${tests === undefined ? '' : ` -- ${tests}`}`);
    const closing = /^\d+ passed, .*$/m.exec(test.text)?.[0] ?? 'no closing line';
    const row = [name, ...versions, user, cell(start), cell(test, `, ${closing}`)];
    say(row.join(' | '));
    return { row, passed: start.status === 0 && test.status === 0 };
  } finally {
    system.remove();
  }
};

const argv = process.argv.slice(2);
const optionOf = (name) => argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const wanted = argv.filter((argument) => !argument.startsWith('--'));
const unknown = wanted.find((name) => !Object.hasOwn(SYSTEMS, name));
if (unknown !== undefined) throw new Error(`Unknown system ${unknown}; known are ${Object.keys(SYSTEMS).join(', ')}.`);
if (process.getuid() !== 0) throw new Error('Root is needed to make systems: sudo npm run test:fresh');

mkdirSync(join(root, 'build/fresh'), { recursive: true });
mkdirSync(directory, { recursive: true });
const results = [];
for (const name of wanted.length > 0 ? wanted : Object.keys(SYSTEMS)) {
  for (const user of optionOf('user') ? [optionOf('user')] : Object.keys(USERS)) {
    results.push(await tryOn(name, user, optionOf('tests')));
  }
}
process.stdout.write(`\n| system | Node | npm | user | npm start | npm test |\n|---|---|---|---|---|---|\n`);
for (const { row } of results) process.stdout.write(`| ${row.join(' | ')} |\n`);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
