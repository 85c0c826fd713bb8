import fc from 'fast-check';

/** Something done to a repository by somebody who is no job; the numbers choose from what is there then. */
export interface Deed {
  readonly what:
    | 'image'
    | 'index'
    | 'index-of-tags'
    | 'index-of-indexes'
    | 'retag'
    | 'attach'
    | 'subject'
    | 'delete'
    | 'delete-part'
    | 'by-digest';
  readonly repository: number;
  readonly tag: number;
  readonly other: number;
}

export interface EntryStep {
  readonly source: number;
  readonly selection: number;
  readonly list: number;
  readonly template: number;
  readonly spelling: number;
}

export type Step =
  | { readonly kind: 'source'; readonly deed: Deed }
  | { readonly kind: 'foreign'; readonly deed: Deed }
  | { readonly kind: 'edit'; readonly job: number; readonly entries: readonly EntryStep[]; readonly share: number }
  | {
      readonly kind: 'run';
      readonly job: number;
      /** Deeds at the destination while the run is at its n-th question. */
      readonly hooks: readonly { readonly at: number; readonly deed: Deed }[];
      /** Deeds at a repository right before the run looks at it for the last time. */
      readonly late: readonly Deed[];
      /** Questions that are not answered. */
      readonly faults: readonly number[];
      /** The run is thrown away at this question or answer. */
      readonly kill: number | undefined;
      readonly isSharded: boolean;
      readonly verify: boolean;
      readonly hasGhost: boolean;
      /** The first source cannot be listed. */
      readonly isSilent: boolean;
    };

const small = fc.nat({ max: 11 });
const deed: fc.Arbitrary<Deed> = fc.record({
  what: fc.constantFrom(
    'image',
    'image',
    'index',
    'index-of-tags',
    'index-of-tags',
    'retag',
    'attach',
    'subject',
    'delete',
    'delete-part',
    'by-digest',
  ),
  repository: small,
  tag: small,
  other: small,
});
const at = fc.nat({ max: 70 });
const often = <T>(weight: number, one: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: one }, { weight: 1, arbitrary: other });
const mostlyFirst = often(3, fc.constant(0), small);
/** Mostly the same source and place, so that what is selected there changes. */
const entry: fc.Arbitrary<EntryStep> = fc.record({
  source: mostlyFirst,
  selection: small,
  list: fc.nat({ max: 63 }),
  template: mostlyFirst,
  spelling: small,
});

const run: fc.Arbitrary<Extract<Step, { kind: 'run' }>> = fc.record({
  kind: fc.constant('run' as const),
  job: fc.nat({ max: 5 }),
  hooks: often(
    1,
    fc.constant<{ at: number; deed: Deed }[]>([]),
    fc.array(fc.record({ at, deed }), { minLength: 1, maxLength: 3 }),
  ),
  late: often(2, fc.constant<Deed[]>([]), fc.array(deed, { minLength: 1, maxLength: 2 })),
  faults: often(5, fc.constant<number[]>([]), fc.array(at, { minLength: 1, maxLength: 2 })),
  kill: often(6, fc.constant<number | undefined>(undefined), at),
  isSharded: often(6, fc.constant(false), fc.constant(true)),
  verify: often(4, fc.constant(false), fc.constant(true)),
  hasGhost: often(6, fc.constant(false), fc.constant(true)),
  isSilent: often(9, fc.constant(false), fc.constant(true)),
});
const edit: fc.Arbitrary<Extract<Step, { kind: 'edit' }>> = fc.record({
  kind: fc.constant('edit' as const),
  job: fc.nat({ max: 5 }),
  entries: fc.array(entry, { minLength: 1, maxLength: 3 }),
  share: fc.nat({ max: 9 }),
});
/** A source with an index of an index could never be copied whole. */
const plainDeed = deed.map((one) => (one.what === 'index-of-indexes' ? { ...one, what: 'index' as const } : one));
const source: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('source' as const), deed: plainDeed });
const foreign: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('foreign' as const), deed });

const start: fc.Arbitrary<Step[]> = fc
  .tuple(fc.array(source, { minLength: 3, maxLength: 6 }), edit, edit)
  .map(([sources, one, other]) => [...sources, { ...one, job: 0 }, { ...other, job: 5 }]);

/** A run to which nothing happens. */
const calm: fc.Arbitrary<Extract<Step, { kind: 'run' }>> = run.map((one) => ({
  ...one,
  hooks: [],
  late: [],
  faults: [],
  kill: undefined,
  isSharded: false,
  hasGhost: false,
  isSilent: false,
}));

/** What most jobs have: one source, whose tags they select by rules. */
const plainEdit: fc.Arbitrary<Extract<Step, { kind: 'edit' }>> = edit.map(({ entries: [first], ...rest }) => ({
  ...rest,
  entries: first === undefined ? [] : [{ ...first, source: 0, template: 0, selection: first.selection % 5 }],
  share: 1,
}));

/** Somebody removes a part of an index of a mirror, and then the job selects less. */
const lostPart: fc.Arbitrary<Step[]> = fc
  .tuple(plainEdit, calm, deed, plainEdit, calm)
  .map(([one, first, lost, other, second]) => [
    { ...one, entries: one.entries.map((only) => ({ ...only, selection: 0 })) },
    { ...first, job: one.job },
    { kind: 'foreign', deed: { ...lost, what: 'delete-part', repository: 0 } },
    { ...other, job: one.job },
    { ...second, job: one.job },
  ]);

/** Somebody puts an index of an index of the job's into its mirror, before the job selects one tag or none. */
const nestedIndex: fc.Arbitrary<Step[]> = fc
  .tuple(plainEdit, calm, deed, plainEdit, calm)
  .map(([one, first, outer, other, second]) => [
    { ...one, entries: one.entries.map((only) => ({ ...only, selection: 0 })) },
    { ...first, job: one.job },
    { kind: 'foreign', deed: { ...outer, what: 'index-of-indexes', repository: 0, tag: 2 } },
    { ...other, job: one.job, entries: other.entries.map((only) => ({ ...only, selection: 4, list: 4 })) },
    { ...second, job: one.job },
  ]);

/** Two jobs on their way through edits of their configuration, and whatever others do meanwhile. */
export const sequence: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    start,
    fc.array(
      fc.oneof(
        { weight: 2, arbitrary: fc.tuple(run) },
        { weight: 5, arbitrary: fc.tuple(edit, run).map(([one, other]) => [one, { ...other, job: one.job }]) },
        { weight: 2, arbitrary: fc.tuple(foreign) },
        { weight: 2, arbitrary: fc.tuple(source) },
        { weight: 1, arbitrary: lostPart },
        { weight: 1, arbitrary: nestedIndex },
      ),
      { minLength: 4, maxLength: 8 },
    ),
  )
  .map(([first, rest]) => [...first, ...rest.flat()]);
