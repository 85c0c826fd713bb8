#!/usr/bin/env node
/**
 * Fetches newer builds of skopeo from Debian's suites into `.cache/skopeo/<version>/`, for a test run against several
 * versions (`SKOPEO=.cache/skopeo/1.18.0/skopeo npm test`). Nothing outside that folder is touched: apt gets a
 * configuration of its own, packages are unpacked and not installed, and each build runs with the loader and libraries
 * of its own suite.
 *
 * Usage: node scripts/fetch-skopeo.mjs [SUITE…]        default: trixie sid
 * Needs: Debian, whose own apt configuration says from which mirror, by which keys.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debianEntry } from './support/apt-sources.mjs';

const CACHE = join(dirname(dirname(fileURLToPath(import.meta.url))), '.cache', 'skopeo');

/** Runs a program and returns its stdout; a failure shows what the program said. */
const run = (command, args, options = {}) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], ...options });

/** An apt that knows one suite and writes only below `root`. */
const privateApt = (suite, root) => {
  for (const directory of ['lists/partial', 'cache/archives/partial', 'debs', 'root']) {
    mkdirSync(join(root, directory), { recursive: true });
  }
  writeFileSync(join(root, 'debian.sources'), debianEntry(suite));
  writeFileSync(join(root, 'status'), '');
  const options = {
    'Dir::Etc::SourceList': join(root, 'debian.sources'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': join(root, 'lists'),
    'Dir::State::status': join(root, 'status'),
    'Dir::Cache': join(root, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
};

/** skopeo and every library it needs, down to libc, as package names. */
const packagesToFetch = (apt) => {
  const listing = run('apt-cache', [
    ...apt,
    'depends',
    '--recurse',
    '--no-recommends',
    '--no-suggests',
    '--no-conflicts',
    '--no-breaks',
    '--no-replaces',
    '--no-enhances',
    'skopeo',
  ]);
  const names = listing.split('\n').filter((line) => /^(?:lib|gcc-\d+-base|zlib)[^<:]*$/.test(line));
  return ['skopeo', ...new Set(names.filter((name) => !name.endsWith('-perl')))];
};

/** The dynamic loader of the unpacked suite. */
const loaderOf = (root) => {
  for (const directory of ['lib64', 'lib', 'usr/lib64', 'usr/lib']) {
    const path = join(root, directory);
    const found = existsSync(path) && readdirSync(path).find((name) => /^ld-linux.*\.so\.\d$/.test(name));
    if (found) return join(directory, found);
  }
  throw new Error(`no dynamic loader below ${root}`);
};

/** Copies the binary, its loader and the libraries it is linked with, and writes a `skopeo` that runs them from anywhere. */
const assemble = (root, folder) => {
  mkdirSync(join(folder, 'lib'), { recursive: true });
  const loader = join(root, loaderOf(root));
  const binary = join(root, 'usr/bin/skopeo');
  const directories = readdirSync(join(root, 'usr/lib')).filter((name) => name.endsWith('-linux-gnu'));
  const searchPath = directories.map((name) => join(root, 'usr/lib', name)).join(':');
  const linked = run(loader, ['--library-path', searchPath, '--list', binary]).matchAll(/=> (\S+)/g);
  for (const [, path] of linked) copyFileSync(path, join(folder, 'lib', basename(path)));
  copyFileSync(loader, join(folder, 'lib/loader'));
  copyFileSync(binary, join(folder, 'lib/skopeo'));
  const script = `#!/bin/sh
lib=$(dirname "$(readlink -f "$0")")/lib
exec "$lib/loader" --library-path "$lib" "$lib/skopeo" "$@"
`;
  writeFileSync(join(folder, 'skopeo'), script, { mode: 0o755 });
};

const fetchSuite = (suite) => {
  const work = join(CACHE, `.${suite}`);
  rmSync(work, { recursive: true, force: true });
  const apt = privateApt(suite, work);
  run('apt-get', [...apt, '-q', 'update'], { stdio: ['ignore', 'ignore', 'inherit'] });
  run('apt-get', [...apt, '-q', 'download', ...packagesToFetch(apt)], { cwd: join(work, 'debs') });
  for (const deb of readdirSync(join(work, 'debs'))) {
    run('dpkg-deb', ['-x', join(work, 'debs', deb), join(work, 'root')]);
  }
  const folder = join(work, 'assembled');
  assemble(join(work, 'root'), folder);
  const version = /^skopeo version (\S+)/.exec(run(join(folder, 'skopeo'), ['--version']))?.[1];
  if (version === undefined) throw new Error(`the skopeo of ${suite} does not tell its version`);
  const target = join(CACHE, version);
  rmSync(target, { recursive: true, force: true });
  renameSync(folder, target);
  rmSync(work, { recursive: true, force: true });
  return join(target, 'skopeo');
};

const suites = process.argv.slice(2);
for (const suite of suites.length > 0 ? suites : ['trixie', 'sid']) {
  process.stdout.write(`${suite}: ${fetchSuite(suite)}\n`);
}
