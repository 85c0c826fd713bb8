import { randomLayers, writeOciImage } from '../../scripts/support/image.ts';
import type { RunOptions } from '../../src/library/run-options.ts';
import { privateHome, SKOPEO } from '../support/skopeo.ts';
import { tempDir } from '../support/temp.ts';

const KIB = 1024;

/** A directory with an image of two layers, 40 KiB together, and a skopeo that shares nothing with others. */
export interface Setting extends AsyncDisposable {
  readonly image: string;
  readonly options: Required<Pick<RunOptions, 'skopeoPath' | 'env' | 'cwd'>>;
  join(...parts: string[]): string;
}

export const openSetting = async (): Promise<Setting> => {
  const directory = await tempDir('library');
  await writeOciImage(directory.join('image'), 'v1', randomLayers([30 * KIB, 10 * KIB]));
  return {
    image: `oci:${directory.join('image')}:v1`,
    options: {
      skopeoPath: SKOPEO,
      env: { PATH: process.env.PATH, ...privateHome(directory.path) },
      cwd: directory.path,
    },
    join: directory.join,
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
};
