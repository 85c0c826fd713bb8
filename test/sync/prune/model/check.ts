import fc from 'fast-check';
import { systemClock } from '../../../../src/context.ts';
import { WrapperError } from '../../../../src/errors/wrapper-error.ts';
import { parseDockerReference, type Repository } from '../../../../src/image/docker-reference.ts';
import { DirectLookup } from '../../../../src/registry/direct-lookup.ts';
import { RegistryPauses } from '../../../../src/registry/pauses.ts';
import { Router } from '../../../../src/registry/route.ts';
import { Redactor } from '../../../../src/secrets/redactor.ts';
import { checkProperty } from '../../../support/check-property.ts';
import { startRegistry } from '../../../support/registry.ts';
import { tempDir } from '../../../support/temp.ts';
import { Play } from './play.ts';
import { type Step, sequence } from './steps.ts';
import { Store } from './store.ts';
import { World } from './world.ts';

const absent = (what: string): WrapperError =>
  new WrapperError(`reading ${what}: manifest unknown`, { errorType: 'not_found', exitCode: 1, next: '-' });

/** What skopeo would say where the direct way leaves a doubt. */
const questions = (store: Store) => ({
  async inspectRaw(reference: string) {
    const { path, tag = 'latest', digest = tag } = parseDockerReference(reference);
    const { status, body } = await store.get(path, digest);
    if (status !== 200) throw absent(`manifest ${digest} in ${path}`);
    return body;
  },
  async listTags({ path }: Repository) {
    throw absent(`tags of ${path}`);
  },
});

/** Sequences after which a new registry takes over: one in memory grows slow. */
const SEQUENCES_PER_REGISTRY = 250;

export const openScene = async () => {
  const registry = await startRegistry({ deletion: true });
  const directory = await tempDir('prune-model');
  const store = new Store(registry.port);
  await store.prepare('base');
  const router = new Router({
    env: {},
    home: directory.path,
    uid: 0,
    systemDirectory: directory.join('etc'),
    redactor: new Redactor(),
  });
  const pauses = new RegistryPauses(systemClock);
  const skopeo = questions(store);
  return {
    store,
    /** Of one run: what it has read of manifests another process does not know. */
    openLookup: () => new DirectLookup({ router, skopeo, limits: new Map(), clock: systemClock, pauses }),
    port: registry.port,
    directory,
    async [Symbol.asyncDispose]() {
      store[Symbol.dispose]();
      await registry[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
    },
  };
};

/** Plays so many random sequences and counts what happened in them; rejects with the shortest one found that breaks a rule. */
export const checkModel = async (sequences: number, seed?: number): Promise<ReadonlyMap<string, number>> => {
  let scene = await openScene();
  let played = 0;
  const counts = new Map<string, number>();
  const tally = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1);
  const property = fc.asyncProperty(sequence, async (steps: readonly Step[]) => {
    if (++played % SEQUENCES_PER_REGISTRY === 0) {
      await scene[Symbol.asyncDispose]();
      scene = await openScene();
    }
    const name = `s${played}`;
    const directory = scene.directory.join(name);
    await new Play({ ...scene, world: new World(scene.store), name, directory, tally }).play(steps);
  });
  try {
    await checkProperty(property, sequences, seed);
    return counts;
  } finally {
    await scene[Symbol.asyncDispose]();
  }
};
