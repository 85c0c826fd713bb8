import assert from 'node:assert/strict';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { SyncMemory } from '../../../src/sync/check/memory.ts';
import { loadMemory } from '../../../src/sync/check/memory-file.ts';
import { choosePrune, PRUNE_REFUSALS } from '../../../src/sync/prune/candidates.ts';
import { sourceFailures } from '../../../src/sync/report.ts';
import { tempDir } from '../../support/temp.ts';

type Question = Partial<Parameters<typeof choosePrune>[0]>;

/** What leads to each refusal, and the words of the only right next step. */
interface Case {
  readonly refusal: keyof typeof PRUNE_REFUSALS;
  readonly given: (memoryPath: string) => Promise<Question>;
  readonly next: RegExp;
}

const owning = (...tags: readonly string[]): SyncMemory => {
  const memory = new SyncMemory();
  for (const tag of tags) memory.rememberOwned(`docker://m.example/x:${tag}`, `sha256:${tag}`);
  return memory;
};

const CASES: Readonly<Record<string, Case>> = {
  'a source failed': { refusal: 'sourceFailed', given: async () => ({ failedSources: 1 }), next: /^Mend that source/ },
  'the memory is damaged': {
    refusal: 'memoryInDoubt',
    given: async (path) => {
      await writeFile(path, '{');
      return { memory: await loadMemory(path) };
    },
    next: /^Put a backup of it back/,
  },
  'others may write the memory': {
    refusal: 'memoryInDoubt',
    given: async (path) => {
      await writeFile(path, JSON.stringify(owning('1')));
      await chmod(path, 0o620);
      return { memory: await loadMemory(path) };
    },
    next: /^Put a backup of it back/,
  },
  'others may write the directory of the memory': {
    refusal: 'memoryInDoubt',
    given: async (path) => {
      await chmod(dirname(path), 0o770);
      return { memory: await loadMemory(path) };
    },
    next: /chmod go-w/,
  },
  'too much would go': {
    refusal: 'tooMany',
    given: async () => ({ memory: owning('1', '2') }),
    next: /raise "max-share"/,
  },
};

describe('a refusal to prune', () => {
  it('has a case here, whatever its reason', () => {
    const told = new Set<string>(Object.values(CASES).map(({ refusal }) => refusal));
    assert.deepEqual(told, new Set(Object.keys(PRUNE_REFUSALS)));
  });

  for (const [name, { refusal, given, next }] of Object.entries(CASES))
    it(`tells what to do about its own reason: ${name}`, async () => {
      await using dir = await tempDir('prune-refusals');
      await mkdir(dir.join('sync'), { mode: 0o700 });
      const choice = choosePrune({
        policy: { maxShare: 0.2 },
        memory: new SyncMemory(),
        wanted: [],
        writesTo: () => true,
        failedSources: 0,
        ...(await given(dir.join('sync', 'job.json'))),
      });
      assert.ok('refused' in choice);
      const plan = { images: [], dropped: [], failures: [], otherShards: 0 };
      const [failure, ...others] = sourceFailures(plan, choice, new AbortController().signal);
      assert.deepEqual(others, []);
      assert.equal(failure?.errorType, 'prune_refused');
      assert.equal(failure.message, choice.refused);
      assert.match(failure.next ?? '', next);
      assert.equal(failure.next?.includes('max-share'), refusal === 'tooMany');
    });
});
