import { type Case, NO_TLS, type Scene } from '../scene.ts';
import type { Stage } from '../stage.ts';

const REPOSITORY = 'team/mix';

/** Puts some tags of the layout under one repository of the source; answers what a sync of it is about. */
const mixedRepository = async (stage: Stage, tags: readonly string[]) => {
  for (const tag of tags) await stage.source.registry.seed(stage.layout.reference(tag), `${REPOSITORY}:${tag}`);
  return tags.map((tag) => ({
    source: stage.source.proxy.reference(`${REPOSITORY}:${tag}`),
    destination: stage.target(`mix:${tag}`),
  }));
};

const syncScene = (stage: Stage, rest: Omit<Scene, 'argv'>, flags: readonly string[] = []): Scene => ({
  argv: [
    ...['sync', '--src', 'docker', '--dest', 'docker', ...NO_TLS, ...flags],
    ...[`${stage.source.proxy.host}/${REPOSITORY}`, `${stage.destination.proxy.host}/team`],
  ],
  sync: true,
  ...rest,
});

/** Runs of `skopeo sync`. */
export const SYNC_CASES: Readonly<Record<string, Case>> = {
  sync: {
    async prepare(stage) {
      const pairs = await mixedRepository(stage, ['app', 'app2', 'tiny']);
      stage.source.proxy.setLink({ downBytesPerSecond: 5 * 2 ** 20 });
      return syncScene(stage, { pairs });
    },
  },
  'sync-repeat': {
    async prepare(stage) {
      const pairs = await mixedRepository(stage, ['app2', 'tiny']);
      const scene = syncScene(stage, { pairs });
      await stage.prepare(...scene.argv);
      return scene;
    },
  },
  'sync-keep-going': {
    async prepare(stage) {
      const pairs = await mixedRepository(stage, ['app2', 'many', 'tiny']);
      stage.source.proxy.setRules([{ match: { path: /manifests\/many/ }, do: { answer: { status: 500 } } }]);
      return syncScene(stage, { pairs, errorType: 'partial_failure' }, ['--keep-going']);
    },
  },
  'sync-fail-fast': {
    async prepare(stage) {
      const pairs = await mixedRepository(stage, ['app2', 'many', 'tiny']);
      stage.source.proxy.setRules([{ match: { path: /manifests\/many/ }, do: { answer: { status: 500 } } }]);
      return syncScene(stage, { pairs, errorType: 'server_error' });
    },
  },
  'sync-all': {
    async prepare(stage) {
      const pairs = await mixedRepository(stage, ['app2', 'multi']);
      return syncScene(stage, { pairs, all: true }, ['--all']);
    },
  },
  'sync-all-repeat': {
    async prepare(stage) {
      const pairs = await mixedRepository(stage, ['app2', 'multi']);
      const scene = syncScene(stage, { pairs, all: true }, ['--all']);
      await stage.prepare(...scene.argv);
      return scene;
    },
  },
};
