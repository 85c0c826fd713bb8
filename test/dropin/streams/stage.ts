import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createLayout, HOST_PLATFORM } from '../../support/images.ts';
import { type PrivateDev, privateDevIfPossible } from '../../support/private-dev.ts';
import { CLI } from '../../support/process.ts';
import { mustSkopeo, privateHome } from '../../support/skopeo.ts';
import { tempDir } from '../../support/temp.ts';
import { forgetGpgKey, makeGpgKey } from '../stage.ts';

/** Files that every run gets a copy of, and how the wrapper is started. */
export interface StreamStage extends AsyncDisposable {
  readonly template: string;
  readonly program: readonly [string, ...string[]];
  readonly words: Readonly<Record<string, string>>;
  readonly gnupgHome: string;
  placeFor(name: string): string;
  /** For root a `/dev` that may be lost. */
  readonly dev: PrivateDev;
}

/** One layer each, so that no two lines are in an order of chance. */
const LAYERS = [{ sizeBytes: 3 * 1024 }];

const policy = (type: string): string => JSON.stringify({ default: [{ type }] });

export const buildStreamStage = async (): Promise<StreamStage> => {
  const scratch = await tempDir('streams');
  const template = scratch.join('template');
  await mkdir(template);
  const layout = await createLayout(join(template, 'layout'));
  await layout.addImage('app', { layers: LAYERS });
  await layout.addIndex('list', [{ layers: LAYERS, platform: HOST_PLATFORM }]);
  await writeFile(join(template, 'accept.json'), policy('insecureAcceptAnything'));
  await writeFile(join(template, 'reject.json'), policy('reject'));
  await writeFile(join(template, 'template'), 'for reading');
  for (const to of [
    `dir:${template}/dir`,
    `docker-archive:${template}/docker.tar`,
    `oci-archive:${template}/oci.tar:app`,
  ]) {
    await mustSkopeo(['copy', '-q', layout.reference('app'), to], { env: privateHome(scratch.path) });
  }
  const gnupgHome = scratch.join('gnupg');
  const key = await makeGpgKey(gnupgHome);
  const dev = await privateDevIfPossible();
  return {
    template,
    program: CLI,
    words: { key: key.fingerprint },
    gnupgHome,
    placeFor: (name) => scratch.join(name),
    dev,
    async [Symbol.asyncDispose]() {
      await dev[Symbol.asyncDispose]();
      await forgetGpgKey(gnupgHome);
      await scratch[Symbol.asyncDispose]();
    },
  };
};
