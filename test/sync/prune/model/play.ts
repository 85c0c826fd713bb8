import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { systemClock } from '../../../../src/context.ts';
import { EXIT, WrapperError } from '../../../../src/errors/wrapper-error.ts';
import { parseDockerReference, registryOf } from '../../../../src/image/docker-reference.ts';
import type { RegistryLookup } from '../../../../src/registry/lookup.ts';
import { RegistryOutages } from '../../../../src/registry/outages.ts';
import { RegistryPauses } from '../../../../src/registry/pauses.ts';
import { loadMemory } from '../../../../src/sync/check/memory-file.ts';
import { loadSyncFile } from '../../../../src/sync/config/load-sync-file.ts';
import type { SyncJob } from '../../../../src/sync/job.ts';
import type { SyncReport } from '../../../../src/sync/report.ts';
import { runSync, type SyncOptions } from '../../../../src/sync/sync.ts';
import { httpSkopeo } from './http-skopeo.ts';
import { lacks, mustStay, type Selected } from './oracle.ts';
import type { Deed, EntryStep, Step } from './steps.ts';
import { makeImage, makeIndex, type Store } from './store.ts';
import { FOREIGN, type Repo, type World } from './world.ts';

const TAGS = ['1', '2', '3', '1-amd64', '1-arm64', 'latest'] as const;
const JOBS = ['A', 'A', 'A', 'A', 'B', 'B'] as const;

export interface Scene {
  readonly store: Store;
  readonly world: World;
  readonly openLookup: () => RegistryLookup & Disposable;
  readonly port: number;
  /** Of this sequence alone. */
  readonly name: string;
  readonly directory: string;
  /** Counts what happened, to find out a model in which nothing happens. */
  readonly tally: (what: string) => void;
}

class Killed extends Error {}

const pick = <T>(items: readonly T[], number: number): T | undefined => items[number % Math.max(1, items.length)];

const outage = (): WrapperError =>
  new WrapperError('connection refused', { errorType: 'connection_refused', exitCode: EXIT.failure, next: '-' });

/** Plays one sequence against the real registry, planner, runner and pruner, and checks them after every step. */
export class Play {
  readonly #scene: Scene;
  readonly #jobs = new Map<string, SyncJob>();
  #state: string;
  #count = 0;
  /** What the run under way has seen when it last listed a repository. */
  readonly #lastLooks = new Map<string, Repo>();
  /** How often it has looked at a repository, less the removals there. */
  readonly #looks = new Map<string, number>();
  readonly violations: string[] = [];

  constructor(scene: Scene) {
    this.#scene = scene;
    this.#state = `${scene.directory}/state0`;
  }

  async play(steps: readonly Step[]): Promise<void> {
    for (const repository of [...this.#sources, ...this.#destinations]) await this.#scene.store.prepare(repository);
    for (const source of this.#sources) await this.#begin(source);
    for (const step of steps) {
      if (step.kind === 'source') await this.#do(step.deed, this.#sources, 'the source');
      else if (step.kind === 'foreign') await this.#do(step.deed, this.#destinations, FOREIGN);
      else if (step.kind === 'edit') this.#edit(step);
      else await this.#run(step);
      assert.deepEqual(this.violations, []);
    }
    assert.deepEqual(await this.#scene.world.differences(), [], 'the registry is as the model');
  }

  /** An index and the tags of its images, as many projects have them. */
  async #begin(repository: string): Promise<void> {
    const { world } = this.#scene;
    const parts = ['1-amd64', '1-arm64'].map((tag) => [tag, makeImage(`${repository} ${tag}`)] as const);
    for (const [tag, part] of parts) await world.put('the source', repository, tag, part);
    const index = makeIndex(
      parts.map(([, part]) => part),
      repository,
    );
    await world.put('the source', repository, '1', index);
    await world.put('the source', repository, '2', makeImage(`${repository} 2`));
  }

  get #sources(): readonly string[] {
    return ['a', 'b'].map((name) => `${this.#scene.name}/src/${name}`);
  }

  get #destinations(): readonly string[] {
    return ['m/a', 'm/b', 'm/x', 'n/a', 'n/b'].map((name) => `${this.#scene.name}/${name}`);
  }

  async #do({ what, repository, tag: number, other }: Deed, repositories: readonly string[], writer: string) {
    const { world } = this.#scene;
    const name = pick(repositories, repository) ?? '';
    const { tags, manifests } = world.repo(name);
    const tag = pick(TAGS, number) ?? '';
    const seed = `${this.#scene.name} ${this.#count++}`;
    const known = pick([...tags.values()], other);
    const subject = known === undefined ? undefined : world.made(known);
    const put = (reference: string, manifest: ReturnType<typeof makeImage>) =>
      world.putWhole(writer, name, reference, manifest);
    switch (what) {
      case 'image':
        return put(tag, makeImage(seed));
      case 'index':
        return put(tag, makeIndex([this.#part(seed, 0), this.#part(seed, 1)], seed));
      case 'index-of-tags': {
        const parts = [...new Set(tags.values())]
          .slice(0, 1 + (other % 3))
          .flatMap((digest) => world.made(digest) ?? []);
        return parts.length === 0 ? put(tag, makeImage(seed)) : put(tag, makeIndex(parts, seed));
      }
      case 'index-of-indexes': {
        const indexes = [...new Set(tags.values())].filter((digest) => world.contentOf(digest).children.length > 0);
        const [inner] = indexes.flatMap((digest) => world.made(digest) ?? []);
        return inner && put(tag, makeIndex([inner], seed));
      }
      case 'retag':
        return subject && put(tag, subject);
      case 'attach': {
        const ending = ['', '.sig', '.att', '.sbom'][number % 4];
        const image = makeImage(seed);
        return (
          subject &&
          put(
            `${subject.digest.replace(':', '-')}${ending}`,
            ending === '' ? makeIndex([this.#part(seed, 0)], seed) : image,
          )
        );
      }
      case 'subject':
        return subject && put(tag, makeImage(seed, subject));
      case 'by-digest': {
        const image = makeImage(seed);
        return put(image.digest, image);
      }
      case 'delete': {
        const digest = pick([...manifests], other);
        return digest === undefined ? undefined : world.delete(writer, name, digest);
      }
      case 'delete-part': {
        const parts = [...tags.values()].flatMap((digest) => world.contentOf(digest).children);
        const digest = pick(
          parts.filter((part) => manifests.has(part)),
          other,
        );
        return digest === undefined ? undefined : world.delete(writer, name, digest);
      }
    }
  }

  #part(seed: string, number: number) {
    const part = makeImage(`${seed}.${number}`);
    this.#scene.world.know(part);
    return part;
  }

  #edit({ job, entries, share }: Extract<Step, { kind: 'edit' }>): void {
    const name = JOBS[job] ?? 'A';
    const images = entries.map((entry) => this.#entry(entry));
    const hosts = ['127.0.0.1', 'localhost', 'LOCALHOST', '127.1'].map((host) => `${host}:${this.#scene.port}`);
    const file = {
      job: name,
      parallel: 2,
      retry: { times: 0 },
      prune: { enabled: true, 'max-share': share === 0 ? 0.4 : 1 },
      registries: { [hosts[0] ?? '']: { 'tls-verify': false } },
      images,
    };
    this.#jobs.set(name, loadSyncFile('/model.yml', JSON.stringify(file), {}).job);
  }

  #entry({ source, selection, list, template, spelling }: EntryStep) {
    const { name, port, world } = this.#scene;
    const repository = pick(this.#sources, source) ?? '';
    const host = `${pick(['127.0.0.1', 'localhost', 'LOCALHOST'], spelling)}:${port}`;
    const prefix = `${host}/${name}`;
    const digests = [...world.repo(repository).manifests].filter((_, index) => (list >> (index % 6)) & 1).slice(0, 2);
    const image = { source: `127.0.0.1:${port}/${repository}` };
    const places = [`${prefix}/m/{{name}}`, `${prefix}/m/{{name}}`, `${prefix}/n/{{name}}`];
    if (selection > 9 && digests.length > 0) return { ...image, digests, destination: pick(places, template) };
    const tagPlaces = [...places, `${prefix}/m/x:{{name}}-{{tag}}`];
    const tags = [
      { include: ['*'], min: 0 },
      { include: ['1*'], min: 0 },
      { exclude: ['*-amd64'], min: 0 },
      { exclude: ['*-a*64', 'sha256-*'], min: 0 },
      { include: TAGS.filter((_, index) => (list >> index) & 1).concat('none' as never), min: 0 },
    ];
    return { ...image, tags: pick(tags, selection), destination: pick(tagPlaces, template) };
  }

  async #run(step: Extract<Step, { kind: 'run' }>): Promise<void> {
    const name = JOBS[step.job] ?? 'A';
    const job = this.#jobs.get(name);
    if (job === undefined) return;
    const { verify } = step;
    if (!step.isSharded) return this.#runOnce(name, job, step, { verify });
    for (const index of [0, 1]) await this.#runOnce(name, job, step, { verify, shard: { index, count: 2 } });
  }

  async #runOnce(name: string, job: SyncJob, step: Extract<Step, { kind: 'run' }>, options: SyncOptions) {
    const { world, store, openLookup } = this.#scene;
    using lookup = openLookup();
    const killed = Promise.withResolvers<never>();
    killed.promise.catch(() => undefined);
    let asked = 0;
    let isDead = false;
    let underWay = 0;
    const deedsBefore = world.foreignActs;
    const ownedBefore = await this.#owned(name);
    const notice = world.changedNow(name);
    this.#lastLooks.clear();
    this.#looks.clear();
    const never = new Promise<never>(() => undefined);
    const die = (): Promise<never> => {
      isDead = true;
      killed.reject(new Killed());
      return never;
    };
    /** One question or deed of the run, with all that can happen to it. */
    const through = async <T>(isHooked: boolean, work: () => Promise<T>): Promise<T> => {
      const number = asked++;
      if (isDead) return never;
      if (step.kill !== undefined && number === step.kill && number % 2 === 0) return die();
      if (isHooked) {
        for (const { at, deed } of step.hooks) if (at === number) await this.#do(deed, this.#destinations, FOREIGN);
      }
      if (step.faults.includes(number)) throw outage();
      underWay++;
      const result = await work().finally(() => void underWay--);
      if (step.kill !== undefined && number === step.kill) return die();
      return isDead ? never : result;
    };
    const skopeo = httpSkopeo(name, world, store);
    const work = runSync(
      job,
      {
        skopeo: {
          ...skopeo,
          copyImage: (...args) => through(true, () => skopeo.copyImage(...args)),
          deleteImage: (reference, ...rest) =>
            through(false, () => {
              this.#judgeDeletion(name, job, reference);
              return skopeo.deleteImage(reference, ...rest);
            }),
        },
        lookup: {
          connect: () => undefined,
          tags: (repository, ...rest) =>
            through(true, async () => {
              if (step.isSilent && repository.path === this.#sources[0]) throw outage();
              await this.#look(repository.path, step.late);
              const tags = await lookup.tags(repository, ...rest);
              return step.hasGhost && repository.path.includes('/src/') ? [...tags, '1-ghost'] : tags;
            }),
          head: (...args) => through(true, () => lookup.head(...args)),
          manifest: (reference, ...rest) => through(true, () => this.#manifest(lookup, reference, ...rest)),
          requestedPauseSeconds: async () => undefined,
          countsPulls: () => false,
          pullsLeft: () => undefined,
        },
        pauses: new RegistryPauses(systemClock),
        outages: new RegistryOutages(systemClock),
        clock: systemClock,
        signal: new AbortController().signal,
        random: () => 0,
        stateDirectory: this.#state,
        warn: (message) => this.violations.push(`warned: ${message}`),
      },
      options,
    );
    try {
      const report = await Promise.race([work, killed.promise]);
      if (report === undefined) return;
      this.#tell(report);
      await this.#judge(name, job, report, world.foreignActs - deedsBefore > 0, notice, options);
    } catch (error) {
      if (error instanceof Killed) {
        this.#scene.tally('killed');
        while (underWay > 0) await new Promise((resolve) => setImmediate(resolve));
        const next = `${this.#scene.directory}/state${++this.#count}`;
        await cp(this.#state, next, { recursive: true }).catch(() => undefined);
        this.#state = next;
        if (world.foreignActs === deedsBefore) await this.#judgeKill(name, ownedBefore);
        return;
      }
      if (!(error instanceof WrapperError) || error.errorType !== 'usage') throw error;
      this.#scene.tally('refused');
    }
  }

  #tell({ exitCode, pruneRefused, prune = [] }: SyncReport): void {
    const { tally } = this.#scene;
    tally(`status ${exitCode}`);
    if (pruneRefused !== undefined) tally('prune refused');
    for (const { outcome, reason } of prune)
      tally(`${outcome}: ${reason.replace(/\b(?:tag|sha256:).*/, '…').slice(0, 40)}`);
  }

  /** A tag may mean something else by now: only what goes by digest is kept. */
  async #manifest(
    lookup: RegistryLookup,
    reference: string,
    ...rest: [Parameters<RegistryLookup['manifest']>[1], AbortSignal]
  ) {
    const { digest, registry, path } = parseDockerReference(reference);
    if (digest !== undefined) return lookup.manifest(reference, ...rest);
    const head = await lookup.head(reference, ...rest);
    if (head === undefined)
      throw new WrapperError('manifest unknown', { errorType: 'not_found', exitCode: 1, next: '-' });
    return lookup.manifest(`docker://${registry}/${path}@${head.digest}`, ...rest);
  }

  /** What the job's selection comes to now, at a repository of the destination. */
  #selected(job: SyncJob, repository: string): Selected {
    const { world } = this.#scene;
    const tags = new Set<string>();
    const digests = new Set<string>();
    for (const { source, selection, destinations } of job.entries) {
      if (source.kind !== 'repository') continue;
      const { registry, path } = source;
      const { rules } = selection;
      const names = rules === undefined ? [] : [...world.repo(path).tags.keys(), '1-ghost'];
      const chosen = names.filter(
        (tag) =>
          (rules?.include.length === 0 || rules?.include.some((one) => one.matches(tag))) &&
          !rules?.exclude.some((one) => one.matches(tag)),
      );
      const images = [
        ...chosen.map((tag) => ({ registry, path, tag, reference: '' })),
        ...selection.digests.map((digest) => ({ registry, path, digest, reference: '' })),
      ];
      for (const rule of destinations) {
        for (const image of images) {
          const place = parseDockerReference(rule.destinationOf(image));
          if (place.path !== repository) continue;
          if (place.digest === undefined) tags.add(place.tag ?? 'latest');
          else digests.add(place.digest);
        }
      }
    }
    return { tags, digests };
  }

  async #look(path: string, late: readonly Deed[]): Promise<void> {
    const looks = (this.#looks.get(path) ?? 0) + 1;
    this.#looks.set(path, looks);
    if (looks === 2 && this.#destinations.includes(path))
      for (const deed of late) await this.#do(deed, [path], FOREIGN);
    this.#lastLooks.set(path, this.#scene.world.snapshot(path));
  }

  async #owned(name: string): Promise<Readonly<Record<string, string>>> {
    return (await loadMemory(`${this.#state}/sync/${name}.json`)).owned;
  }

  /** A killed run forgets no more than the image that it was removing. */
  async #judgeKill(name: string, before: Readonly<Record<string, string>>): Promise<void> {
    const after = new Map(Object.entries(await this.#owned(name)));
    if (after.size === 0) return; // copying the directory may meet a file that is being replaced
    const forgotten = Object.entries(before).filter(([destination, digest]) => {
      const { path, tag, digest: own } = parseDockerReference(destination);
      const { tags, manifests } = this.#scene.world.repo(path);
      const isThere = own === undefined ? tags.get(tag ?? 'latest') === digest : manifests.has(own);
      return isThere && after.get(destination) === undefined;
    });
    if (new Set(forgotten.map(([, digest]) => digest)).size > 1)
      this.violations.push(`${name}: was killed and has forgotten ${forgotten.map(([destination]) => destination)}`);
  }

  #judgeDeletion(name: string, job: SyncJob, reference: string): void {
    const { world } = this.#scene;
    const { path, tag, digest: given } = parseDockerReference(reference);
    if (given === undefined) this.violations.push(`${name} removes ${reference}, whatever that is by now`);
    const looks = this.#looks.get(path) ?? 0;
    if (looks < 2) this.violations.push(`${name} removes ${reference} without a last look`);
    this.#looks.set(path, looks - 1);
    const digest = given ?? world.repo(path).tags.get(tag ?? 'latest') ?? '';
    const now = world.repo(path);
    const wrongs = [this.#lastLooks.get(path) ?? now, now].map((repo) => this.#wrong(name, job, path, repo, digest));
    // No run can know what changed between its last look and the deletion.
    if (wrongs.every((wrong) => wrong !== undefined))
      this.violations.push(`${name} removes ${reference}: ${wrongs[1]}`);
  }

  #wrong(name: string, job: SyncJob, path: string, repo: Repo, digest: string): string | undefined {
    const { world } = this.#scene;
    const selected = this.#selected(job, path);
    const claims = (tag: string, named: string) => world.claim(name, path, tag) === named;
    for (const [tag, named] of repo.tags) {
      if (named !== digest) continue;
      if (!claims(tag, digest)) return `tag ${tag} is not its own`;
      if (selected.tags.has(tag)) return `tag ${tag} is selected`;
    }
    if (mustStay(world, repo, selected, claims).has(digest)) return `${digest} is needed`;
    const names = [...repo.tags].filter(([, named]) => named === digest).length;
    if (names === 0 && world.claim(name, path, digest) !== digest) return `${digest} is not its own`;
    return undefined;
  }

  async #judge(
    name: string,
    job: SyncJob,
    report: SyncReport,
    isDisturbed: boolean,
    notice: () => void,
    { shard, verify = false }: SyncOptions,
  ) {
    const { world } = this.#scene;
    const examined = (report.prune ?? []).filter(
      ({ reason }) => reason !== 'lies where the job does not write any more',
    );
    const examinedPaths = new Set(examined.map(({ destination }) => parseDockerReference(destination).path));
    for (const { destination, outcome } of report.images) {
      if (isDisturbed || (outcome !== 'copied' && outcome !== 'unchanged')) continue;
      const { path, tag = 'latest', digest } = parseDockerReference(destination);
      const repo = world.repo(path);
      const top = digest ?? repo.tags.get(tag);
      const missing = top === undefined ? ['all of it'] : lacks(world, repo, top);
      // Only runs that look at every part see what others have removed.
      const looksAtParts = verify || (report.exitCode === 0 && examinedPaths.has(path));
      const own = missing.filter((one) => looksAtParts || !world.broken.has(`${path}@${one}`));
      if (own.length > 0 || (top === undefined && report.exitCode === 0))
        this.violations.push(`${name}: ${destination} is ${outcome} and lacks ${missing}`);
    }
    if (report.exitCode !== 0 || report.prune === undefined || shard !== undefined) return;
    notice();
    if (isDisturbed) return;
    const memory = await loadMemory(`${this.#state}/sync/${name}.json`);
    for (const [destination, digest] of Object.entries(memory.owned)) {
      const { path, tag, digest: own, registry } = parseDockerReference(destination);
      assert.equal(registryOf(destination), `127.0.0.1:${this.#scene.port}`);
      const repo = world.repo(path);
      const isInside = job.entries.some(({ destinations }) =>
        destinations.some((rule) => rule.writesTo({ registry, path })),
      );
      const selected = this.#selected(job, path);
      const isSelected = own === undefined ? selected.tags.has(tag ?? 'latest') : selected.digests.has(own);
      if (!isInside || isSelected) continue;
      const claims = (one: string, named: string) =>
        memory.ownedDigest(`docker://${registry}/${path}:${one}`) === named;
      if (!mustStay(world, repo, selected, claims).has(digest))
        this.violations.push(`${name}: ${destination} is left, though the run says 0`);
    }
  }
}
