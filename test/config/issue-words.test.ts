import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { issueWords } from '../../src/config/issue-words.ts';

const wordsOf = (schema: z.ZodType, value: unknown): string | undefined =>
  schema.safeParse(value, { error: issueWords }).error?.issues[0]?.message;

const TEXT_OR_LIST = z.union([z.enum(['all', 'system']), z.array(z.string())]);

const WORDS: readonly (readonly [words: string, schema: z.ZodType, value: unknown])[] = [
  ['is missing', z.string(), undefined],
  ['has no value; it must be text', z.string(), null],
  ['must be text, not a number; put it in quotes', z.string(), 1.1],
  ['must be text, not true or false; put it in quotes', z.string(), true],
  ['must be text, not a list', z.string(), []],
  ['must be a number, not text', z.number(), 'many'],
  ['must be a number, not text; take the quotes away', z.number(), '8'],
  ['must be a number that is finite', z.number(), Number.NaN],
  ['must be a whole number', z.int(), 1.5],
  ['must be true or false, not text', z.boolean(), 'no'],
  ['must be true or false, not text; take the quotes away', z.boolean(), 'true'],
  ['must be a list, not text; put a single one in brackets', z.array(z.string()), 'one'],
  ['must be a mapping, not a list', z.strictObject({}), []],
  ['must be a mapping, not text', z.record(z.string(), z.string()), 'x'],
  ['must be at least 1', z.int().min(1), 0],
  ['must be at most 256', z.int().max(256), 1000],
  ['must be more than 0', z.number().positive(), 0],
  ['must not be empty', z.array(z.string()).min(1), []],
  ['must not be empty', z.string().min(1), ''],
  ['must have at least 2 entries', z.array(z.string()).min(2), ['a']],
  ['must have at most 2 characters', z.string().max(2), 'abc'],
  ['must be "continue" or "stop"', z.enum(['continue', 'stop']), 'abort'],
  ['must be "all", "system" or a list; put a single one in brackets', TEXT_OR_LIST, 'amd64'],
  ['has no value; it must be "all", "system" or a list', TEXT_OR_LIST, null],
];

for (const [words, schema, value] of WORDS)
  test(`${JSON.stringify(value) ?? 'nothing'}: ${words}`, () => assert.equal(wordsOf(schema, value), words));

test('words of a schema of its own come first', () => {
  assert.equal(wordsOf(z.string('must be a duration'), 30), 'must be a duration');
});
