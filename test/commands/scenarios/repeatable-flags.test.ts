import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMANDS } from '../../../src/commands/index.ts';

test('a flag that may be given several times takes one word each time: the next one may be an operand', async () => {
  const commands = await Promise.all(
    Object.entries(COMMANDS).map(async ([id, load]) => ({ id, command: await load() })),
  );
  const flags = commands
    .filter(({ command }) => command.oclifParses)
    .flatMap(({ id, command }) =>
      Object.entries(command.flags ?? {}).map(([name, flag]) => ({ name: `${id} --${name}`, flag })),
    );
  const repeatable = flags.filter(({ flag }) => flag.type === 'option' && flag.multiple === true);
  assert.ok(repeatable.length > 1);
  assert.deepEqual(
    repeatable.filter(({ flag }) => flag.type === 'option' && flag.multipleNonGreedy !== true).map(({ name }) => name),
    [],
  );
});
