import assert from 'node:assert/strict';
import { mkdir, realpath, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { openDirectCopy } from '../../../src/destination/direct-copy.ts';
import { isStageName } from '../../../src/destination/stage.ts';
import { type CopyTo, copyStaged } from '../../../src/destination/staged-copy.ts';
import { parseReference } from '../../../src/image/reference.ts';
import { type Fault, type FaultyProcess, faultyProcess, type LockTable } from '../faulty-files.ts';
import { type CopyPlan, copyInPlace, type Interruptions } from './copiers.ts';
import { comparable, type Foreign, makeForeign, snapshot } from './foreign.ts';
import { imageAt, type Place } from './images.ts';

export interface Step extends CopyPlan {
  readonly place: Place;
  readonly fault: Fault | undefined;
  /** Done by somebody else while skopeo copies. */
  readonly meanwhile: Foreign | undefined;
  readonly isBroken: boolean;
}

export type Copier = (plan: CopyPlan, interruptions: Interruptions) => CopyTo;

const NEVER = new AbortController().signal;

/** What a place holds after a copy that succeeded. */
export const afterwards = (old: string, { transport, image, tag }: CopyPlan): string => {
  if (transport === 'dir') return `image ${image}`;
  if (transport !== 'oci') return `${transport} ${image}`;
  const others = old.includes('=') ? old.split(' ').filter((name) => !name.startsWith(`${tag}=`)) : [];
  return [...others, `${tag}=${image}`].toSorted().join(' ');
};

const referenceOf = ({ transport, tag }: CopyPlan, path: string): string =>
  `${transport}:${path}${transport === 'dir' ? '' : `:${tag}`}`;

/** The tree of a sequence, and what in it is somebody else's. */
export class World {
  readonly #root: string;
  readonly #copier: Copier;
  readonly #locks: LockTable = new Map();
  readonly #foreign = new Map<string, string>();
  #wasAtFault = false;

  constructor(root: string, copier: Copier) {
    this.#root = root;
    this.#copier = copier;
  }

  /** Whether the last run met the fault that was meant for it. */
  get wasAtFault(): boolean {
    return this.#wasAtFault;
  }

  pathOf(place: string): string {
    return join(this.#root, place);
  }

  /** `again` is another name of the whole tree. */
  async setUp(foreign: readonly Foreign[]): Promise<void> {
    await mkdir(this.pathOf('treasure'));
    await writeFile(this.pathOf('treasure/gold'), 'gold');
    await symlink('.', this.pathOf('again'));
    for (const one of foreign) await makeForeign(this.#root, one);
    for (const [path, state] of await snapshot(this.#root)) this.#foreign.set(path, state);
  }

  async #meddle(foreign: Foreign): Promise<void> {
    const made = await makeForeign(this.#root, foreign);
    const now = await snapshot(this.#root);
    for (const path of made) {
      const real = join(await realpath(dirname(this.pathOf(path))), path.split('/').at(-1) ?? '');
      const name = relative(this.#root, real);
      this.#foreign.set(name, now.get(name) ?? assert.fail(name));
    }
  }

  async #assertForeignUntouched(): Promise<void> {
    const now = await snapshot(this.#root);
    for (const [path, state] of this.#foreign)
      assert.equal(comparable(path, now.get(path)), comparable(path, state), `${path} of somebody else`);
  }

  async #copyStaged(step: Step, path: string, process: FaultyProcess, interruptions: Interruptions): Promise<string> {
    const { isBroken } = step;
    const options = { existingDirectory: 'replace', isBroken, signal: NEVER, context: process.context } as const;
    return (await copyStaged(referenceOf(step, path), options, this.#copier(step, interruptions))).outcome;
  }

  async #copyInPlace(step: Step, path: string, process: FaultyProcess, interruptions: Interruptions): Promise<string> {
    await using copy = await openDirectCopy(
      parseReference(referenceOf(step, path)),
      '/',
      { signal: NEVER },
      process.context,
    );
    return await copyInPlace(step, path, copy ?? assert.fail(), interruptions);
  }

  /** One copy, by `sync` or by a plain `copy`, at a place or one of its other names; tells whether it said that it succeeded. */
  async run(step: Step, how: 'staged' | 'in place' = 'staged', name: string = step.place): Promise<boolean> {
    const path = `${this.#root}/${name}`;
    const old = await imageAt(path);
    let changed = old;
    const process = faultyProcess(this.#locks, step.fault);
    const interruptions: Interruptions = {
      kill: () => process.kill(),
      hasMetFault: () => process.hasMetFault(),
      meddle: async () => {
        if (step.meanwhile === undefined) return;
        await this.#meddle(step.meanwhile);
        if (how === 'staged') changed = await imageAt(path);
      },
    };
    const copy = how === 'staged' ? this.#copyStaged : this.#copyInPlace;
    const succeeded = await copy.call(this, step, path, process, interruptions).then(
      (outcome) => outcome === 'success',
      (error: unknown) => {
        if (error instanceof assert.AssertionError) throw error;
        return false;
      },
    );
    this.#wasAtFault = process.hasMetFault();
    await process.kill();
    await this.#assertForeignUntouched();
    if (how === 'staged' || succeeded) {
      const now = await imageAt(path);
      const whole = succeeded ? [] : [old, changed];
      const possible = [...whole, afterwards(old, step), afterwards(changed, step)];
      assert.ok(possible.includes(now), `${old} became ${now}, none of ${possible.join(', ')}`);
    }
    return succeeded;
  }

  /** A run that dies as soon as skopeo has done its part; tells where its stage lies. */
  async leaveStage(step: Step): Promise<string> {
    await this.run({ ...step, ending: 'killed', written: Number.POSITIVE_INFINITY });
    const names = [...(await snapshot(this.#root)).keys()];
    return this.pathOf(names.find((name) => isStageName(name)) ?? assert.fail());
  }

  /** Nothing of ours is left but images, once a later run has been at each place. */
  async assertSwept(): Promise<void> {
    for (const path of (await snapshot(this.#root)).keys()) {
      const names = path.split('/');
      const stage = names.findIndex(isStageName);
      if (stage < 0 || this.#foreign.has(names.slice(0, stage + 1).join('/'))) continue;
      // Killed before its marker was written: such a stage may stay, but it holds no part of an image.
      const rest = names.slice(stage + 1);
      assert.ok(rest.length === 0 || (rest.length === 1 && rest[0] === 'stage'), `${path} was left`);
    }
  }
}
