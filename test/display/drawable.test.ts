import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import type { OutputStream } from '../../src/context.ts';
import { drawable } from '../../src/display/drawable.ts';

const terminalOf = (columns?: number): OutputStream =>
  Object.assign(new PassThrough(), columns === undefined ? {} : { columns });

test('a terminal of no columns is taken for 80 wide, whenever it says so', () => {
  assert.equal(drawable(terminalOf()).columns, 80);
  assert.equal(drawable(terminalOf(120)).columns, 120);
  const terminal = terminalOf(0);
  drawable(drawable(terminal));
  assert.equal(terminal.columns, 80);
  terminal.columns = 132; // as Node does when the window changes
  assert.equal(terminal.columns, 132);
  terminal.columns = 0;
  assert.equal(terminal.columns, 80);
});
