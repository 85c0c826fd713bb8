import { type Case, copyScene } from '../scene.ts';

/** Copies of multi-arch images. */
export const LIST_CASES: Readonly<Record<string, Case>> = {
  'copy-all': {
    async prepare(stage) {
      const source = await stage.seed('multi');
      stage.source.proxy.setLink({ downBytesPerSecond: 3 * 2 ** 20 });
      return copyScene(source, stage.target('multi:1'), ['--all'], { all: true });
    },
  },
  'copy-all-repeat': {
    async prepare(stage) {
      const scene = copyScene(await stage.seed('multi'), stage.target('multi:1'), ['--all'], { all: true });
      await stage.prepare(...scene.argv);
      return scene;
    },
  },
  'copy-all-dir': {
    async prepare(stage) {
      const destination = `dir:${stage.dir.join('out')}`;
      return copyScene(stage.layout.reference('multi'), destination, ['--all'], { all: true });
    },
  },
  'copy-one-of-list': {
    async prepare(stage) {
      return copyScene(await stage.seed('multi'), stage.target('multi:1'));
    },
  },
};
