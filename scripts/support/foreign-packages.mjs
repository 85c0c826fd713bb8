import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { installNpmPackages, npmPackagesAreCurrent } from '../setup/npm-packages.mjs';

/**
 * The node_modules of this project as npm would install them on linux-<arch>, from the same lockfile with its integrity
 * checks. Installed once per lockfile, under `directory`, unless this machine is of that kind.
 */
export const nodeModulesFor = async (arch, { root, directory, say }) => {
  if (process.platform === 'linux' && arch === process.arch) return join(root, 'node_modules');
  const foreign = join(directory, `linux-${arch}`);
  await mkdir(foreign, { recursive: true });
  for (const name of ['package.json', 'package-lock.json', '.npmrc'])
    await copyFile(join(root, name), join(foreign, name));
  if (!npmPackagesAreCurrent(foreign)) {
    const options = ['--os=linux', `--cpu=${arch}`, '--omit=dev', '--ignore-scripts'];
    installNpmPackages(foreign, { options, say });
  }
  return join(foreign, 'node_modules');
};
