import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const GNU_PREFIX = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/** Drops the symbols (a tenth of the size) with the first strip that knows this architecture; none is fine too. */
const stripSymbols = (path, arch, say) => {
  const programs = [`${GNU_PREFIX[arch]}-strip`, 'llvm-strip', 'strip'];
  const stripped = programs.some((program) => spawnSync(program, [path], { stdio: 'ignore' }).status === 0);
  if (!stripped) say(`No strip for ${arch} on this machine: the executable will be some 18 MB larger.`);
};

/**
 * Puts a Node binary where pkg keeps those it has downloaded (`~/.pkg-cache/sea` in 6.23), so that it downloads none.
 * It looks for the archive, the unpacked binary, and a file `.ok` beside each.
 */
export const seedPkgCache = async ({ home, arch, node, nodeVersion, say }) => {
  const name = `node-v${nodeVersion}-linux-${arch}`;
  const directory = join(home, '.pkg-cache/sea');
  const binary = join(directory, name, 'bin/node');
  if (existsSync(`${binary}.ok`)) return;
  await rm(binary, { force: true });
  await mkdir(dirname(binary), { recursive: true });
  await copyFile(node, binary);
  stripSymbols(binary, arch, say);
  const archive = join(directory, `${name}.tar.gz`);
  for (const file of [archive, `${archive}.ok`, `${binary}.ok`]) await writeFile(file, '');
};
