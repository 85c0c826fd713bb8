import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { parseJson } from '../../src/text/json.ts';

const schema = z.object({ size: z.number() });

test('a text and its bytes give what they say, without what nobody asked for', () => {
  assert.deepEqual(parseJson('{"size":3,"more":1}', schema), { size: 3 });
  assert.deepEqual(parseJson(Buffer.from('{"size":3}'), schema), { size: 3 });
});

test('what is no JSON, or of another shape, gives nothing', () => {
  for (const text of ['', '{', '<html>', 'null', '{"size":"3"}', '[]'])
    assert.equal(parseJson(text, schema), undefined);
});
