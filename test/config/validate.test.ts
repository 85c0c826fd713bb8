import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { parseConfiguration } from '../../src/config/document.ts';
import { validateConfiguration } from '../../src/config/validate.ts';
import { WrapperError } from '../../src/errors/wrapper-error.ts';

const schema = z.strictObject({
  name: z.string().optional(),
  nested: z.strictObject({ list: z.array(z.int()) }).optional(),
  users: z.record(z.string(), z.string().regex(/^ok$/, 'is not ok')).optional(),
});

const read = (text: string) => validateConfiguration(schema, parseConfiguration('a.yml', text));

const messageOf = (text: string): string => {
  try {
    read(text);
  } catch (error) {
    assert.ok(error instanceof WrapperError);
    assert.equal(error.exitCode, 64);
    return error.message;
  }
  return 'accepted';
};

describe('a configuration file', () => {
  it('returns what matches; an empty file is an empty object', () => {
    assert.deepEqual(read('name: x\nnested: {list: [1, 2]}\n'), {
      name: 'x',
      nested: { list: [1, 2] },
    });
    assert.deepEqual(read(''), {});
    assert.deepEqual(read('# nothing\n'), {});
    assert.deepEqual(read('{"name": "json"}'), { name: 'json' });
  });

  it('names file, line and key of everything that is wrong', () => {
    assert.equal(messageOf('name: x\nnmae: y\n'), 'a.yml:2:1: unknown key "nmae"; did you mean "name"?');
    assert.equal(
      messageOf('nested:\n  list: []\n  lst: []\n  other: 1\n'),
      'a.yml:3:3: unknown key "nested.lst"; did you mean "list"?\na.yml:4:3: unknown key "nested.other"; known are list',
    );
    assert.match(
      messageOf('nested:\n  list:\n    - 1\n    - two\n'),
      /^a\.yml:4:7: "nested\.list\[1\]": must be a number, not text$/,
    );
    assert.match(messageOf('name: x\nnested: {}\n'), /^a\.yml:2:9: "nested\.list": is missing/);
    assert.match(messageOf('- a\n'), /^a\.yml:1:1: /);
  });

  it('names the line of what is not YAML', () => {
    assert.match(messageOf('name: x\nname: y\n'), /^a\.yml:2:1: not valid YAML \(duplicate key\)$/);
    assert.match(messageOf('name: "x\n'), /^a\.yml:\d+:\d+: not valid YAML/);
    assert.match(messageOf('a: 1\n---\nb: 2\n'), /^a\.yml:\d+:\d+: not valid YAML/);
    assert.match(messageOf('name: *nowhere\n'), /^a\.yml:1:1: not valid YAML \(an alias/);
  });

  it('never quotes a value', () => {
    for (const text of ['users: {bob: hunter2}\n', 'users: {bob: [hunter2]}\n', 'name: "hunter2\n', 'hunter2\n']) {
      assert.doesNotMatch(messageOf(text), /hunter2|accepted/, text);
    }
  });
});
