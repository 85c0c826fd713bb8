import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { parseStrictYaml } from '../../src/config/strict-yaml.ts';
import { WrapperError } from '../../src/errors/wrapper-error.ts';

const schema = z.strictObject({
  name: z.string().optional(),
  nested: z.strictObject({ list: z.array(z.int()) }).optional(),
  users: z.record(z.string(), z.string().regex(/^ok$/, 'is not ok')).optional(),
});

const messageOf = (text: string): string => {
  try {
    parseStrictYaml(text, schema, 'a.yml');
  } catch (error) {
    assert.ok(error instanceof WrapperError);
    assert.equal(error.exitCode, 64);
    return error.message;
  }
  return 'accepted';
};

describe('parseStrictYaml', () => {
  it('returns what matches; an empty file is an empty object', () => {
    assert.deepEqual(parseStrictYaml('name: x\nnested: {list: [1, 2]}\n', schema, ''), {
      name: 'x',
      nested: { list: [1, 2] },
    });
    assert.deepEqual(parseStrictYaml('', schema, ''), {});
    assert.deepEqual(parseStrictYaml('# nothing\n', schema, ''), {});
    assert.deepEqual(parseStrictYaml('{"name": "json"}', schema, ''), { name: 'json' });
  });

  it('names file, line and key of everything that is wrong', () => {
    assert.equal(messageOf('name: x\nnmae: y\n'), 'a.yml:2: unknown key "nmae"');
    assert.equal(
      messageOf('nested:\n  list: []\n  lst: []\n  other: 1\n'),
      'a.yml:3: unknown key "lst" in nested\na.yml:4: unknown key "other" in nested',
    );
    assert.match(messageOf('nested:\n  list:\n    - 1\n    - two\n'), /^a\.yml:4: nested\.list\.1: .*expected/);
    assert.match(messageOf('name: x\nnested: {}\n'), /^a\.yml:2: nested\.list: /);
    assert.match(messageOf('- a\n'), /^a\.yml:1: /);
  });

  it('names the line of what is not YAML', () => {
    assert.match(messageOf('name: x\nname: y\n'), /^a\.yml:2: not valid YAML \(duplicate key\)$/);
    assert.match(messageOf('name: "x\n'), /^a\.yml:\d: not valid YAML/);
    assert.match(messageOf('a: 1\n---\nb: 2\n'), /^a\.yml:\d: not valid YAML/);
    assert.match(messageOf('name: *nowhere\n'), /^a\.yml: not valid YAML \(an alias/);
  });

  it('never quotes a value', () => {
    for (const text of ['users: {bob: hunter2}\n', 'users: {bob: [hunter2]}\n', 'name: "hunter2\n', 'hunter2\n']) {
      assert.doesNotMatch(messageOf(text), /hunter2|accepted/, text);
    }
  });
});
