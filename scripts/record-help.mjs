#!/usr/bin/env node
/**
 * Records the help texts of a skopeo into `test/fixtures/help/<version>/`, one file per subcommand (`root.txt`: skopeo
 * itself), for the test that holds the flag table against real versions.
 *
 * Usage: node scripts/record-help.mjs SKOPEO
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const HIDDEN = ['layers', 'untrusted-signature-dump-without-verification', 'experimental-image-proxy'];

const [skopeo = 'skopeo'] = process.argv.slice(2);
const run = (...args) => execFileSync(skopeo, args, { encoding: 'utf8' });
const version = /^skopeo version (\d+\.\d+\.\d+)/.exec(run('--version'))?.[1];
if (version === undefined) throw new Error(`${skopeo} is not skopeo`);

const root = run('--help');
const commands = /Available Commands:\n(.*?)\n\n/s.exec(root)?.[1] ?? '';
const listed = Array.from(commands.matchAll(/^ {2}(\S+)/gm), ([, name]) => name).filter((name) => name !== 'help');

const folder = join(import.meta.dirname, '../test/fixtures/help', version);
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'root.txt'), root);
for (const name of [...listed, ...HIDDEN]) writeFileSync(join(folder, `${name}.txt`), run(name, '--help'));
process.stdout.write(`${folder}: ${listed.length + HIDDEN.length} subcommands\n`);
