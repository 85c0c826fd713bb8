import assert from 'node:assert/strict';
import { it } from 'node:test';
import { renderTable } from '../../src/display/table.ts';

it('aligns columns and leaves no spaces at line ends', () => {
  const text = renderTable([
    ['A', 'LONG', 'C'],
    ['wide cell', 'x', ''],
  ]);
  assert.equal(text, 'A          LONG  C\nwide cell  x\n');
});

it('prints nothing that a terminal would obey', () => {
  assert.equal(renderTable([['\u001b[2Ja', 'b']]), 'a  b\n');
});
