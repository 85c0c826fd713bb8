import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compilePattern } from '../../../src/sync/select/pattern.ts';
import { selectTags } from '../../../src/sync/select/select-tags.ts';
import type { Selection, TagRules } from '../../../src/sync/select/selection.ts';
import { parseVersionRange } from '../../../src/sync/select/version.ts';

const NOW_MS = Date.parse('2026-06-01T00:00:00Z');
const DAY_MS = 86_400_000;
const TAGS = ['1.0', '1.1', '1.2-rc1', '2.0', '2.1', 'latest', 'sha-abc'];

const selection = (rules: Partial<TagRules>, more: Partial<Selection> = {}): Selection => ({
  tags: [],
  digests: [],
  rules: { include: [], exclude: [], versions: [], ...rules },
  minimum: 1,
  ...more,
});
const noTimes = async () => assert.fail('creation times are not needed');
const patterns = (...texts: string[]) => texts.map(compilePattern);
const ranges = (...texts: string[]) => texts.map((text) => parseVersionRange(text));

const select = async (rules: Partial<TagRules>, more: Partial<Selection> = {}) => {
  const { kept, dropped } = await selectTags(selection(rules, more), TAGS, noTimes, NOW_MS);
  return {
    kept: kept.map(({ tag }) => tag),
    dropped: Object.fromEntries(dropped.map(({ tag, reason }) => [tag, reason])),
  };
};

test('without rules of its own a repository gives every tag', async () => {
  assert.deepEqual((await select({})).kept, TAGS);
});

test('include, exclude and ranges must all hold, and every dropped tag has its reason', async () => {
  const { kept, dropped } = await select({
    include: patterns('*.*', 'latest'),
    exclude: patterns('2.1'),
    versions: ranges('^1', '^2'),
  });
  assert.deepEqual(kept, ['1.0', '1.1', '2.0']);
  assert.deepEqual(dropped, {
    '1.2-rc1': 'prerelease, in no range',
    '2.1': 'excluded by 2.1',
    latest: 'is not a version',
    'sha-abc': 'matches no include pattern',
  });
});

test('listed tags are taken whatever the rules say, once, even if the repository does not have them', async () => {
  const { kept, dropped } = await select({ exclude: patterns('*') }, { tags: ['latest', 'gone', 'latest'] });
  assert.deepEqual(kept, ['latest', 'gone']);
  assert.equal(Object.keys(dropped).length, TAGS.length - 1);
});

test('the latest by version come from what the other rules leave', async () => {
  const { kept, dropped } = await select({ exclude: patterns('2.1'), latest: { count: 2, by: 'semver' } });
  assert.deepEqual(kept, ['1.2-rc1', '2.0']);
  assert.equal(dropped['1.0'], 'not among the latest 2');
  assert.equal(dropped.latest, 'is not a version');
});

test('age and the latest by date ask only for tags that passed', async () => {
  const asked: string[] = [];
  const dates = new Map([
    ['1.0', new Date(NOW_MS - 100 * DAY_MS)],
    ['1.1', new Date(NOW_MS - 3 * DAY_MS)],
    ['2.0', new Date(NOW_MS - DAY_MS)],
  ]);
  const rules = {
    include: patterns('*.*'),
    exclude: patterns('*rc*'),
    maxAgeSeconds: 90 * 86_400,
    latest: { count: 1, by: 'created' as const },
  };
  const { kept, dropped } = await selectTags(
    selection(rules),
    TAGS,
    async (tags) => {
      asked.push(...tags);
      return dates;
    },
    NOW_MS,
  );
  assert.deepEqual(asked, ['1.0', '1.1', '2.0', '2.1']);
  assert.deepEqual(
    kept.map(({ tag }) => tag),
    ['2.0'],
  );
  const reasons = Object.fromEntries(dropped.map(({ tag, reason }) => [tag, reason]));
  assert.equal(reasons['1.0'], 'created 100 days ago');
  assert.equal(reasons['1.1'], 'not among the latest 1');
  assert.equal(reasons['2.1'], 'has no creation date');
});

test('of equal dates the highest version is the latest', async () => {
  const date = new Date(NOW_MS);
  const rules = { latest: { count: 1, by: 'created' as const } };
  const dates = async (tags: readonly string[]) => new Map(tags.map((tag) => [tag, date]));
  const { kept } = await selectTags(selection(rules), ['1.9', '1.10', 'latest'], dates, NOW_MS);
  assert.deepEqual(
    kept.map(({ tag }) => tag),
    ['1.10'],
  );
});

test('every tag is either kept or dropped, and never both', async () => {
  const tag = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,8}$/);
  const pattern = fc.constantFrom('*', '1*', '*a*', '/\\d/', 'b?', '[0-4]*');
  await fc.assert(
    fc.asyncProperty(
      fc.array(tag),
      fc.array(pattern, { maxLength: 2 }),
      fc.array(pattern, { maxLength: 2 }),
      fc.option(fc.nat(3), { nil: undefined }),
      async (tags, include, exclude, count) => {
        const latest = count === undefined ? {} : { latest: { count: count + 1, by: 'semver' as const } };
        const rules = { include: patterns(...include), exclude: patterns(...exclude), ...latest };
        const { kept, dropped } = await selectTags(selection(rules), tags, noTimes, NOW_MS);
        const all = [...kept, ...dropped].map((verdict) => verdict.tag).toSorted();
        assert.deepEqual(all, [...new Set(tags)].toSorted());
        assert.ok([...kept, ...dropped].every(({ reason }) => reason !== ''));
        if (count !== undefined) assert.ok(kept.length <= count + 1);
      },
    ),
  );
});
