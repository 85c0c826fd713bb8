/**
 * Writes oclif.manifest.json, from which help is shown without loading any command.
 * `--check` writes nothing and fails when the file is out of date.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { Plugin } from '@oclif/core/config';

const root = `${import.meta.dirname}/..`;
const path = `${root}/oclif.manifest.json`;

const makeManifest = async () => {
  const plugin = new Plugin({ root, ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true });
  await plugin.load();
  return `${JSON.stringify(plugin.manifest, undefined, 2)}\n`;
};

const manifest = await makeManifest();
if (!process.argv.includes('--check')) {
  await writeFile(path, manifest);
} else if (manifest !== (await readFile(path, 'utf8'))) {
  process.stderr.write('oclif.manifest.json is out of date. Run: npm run manifest\n');
  process.exitCode = 1;
}
