import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findSubcommand, globalOptionTakesValue, isHelpRequest } from '../../src/command-line/find-subcommand.ts';

const find = (...argv: string[]) => findSubcommand(argv, globalOptionTakesValue);

test('the first word is the subcommand; the rest keeps its order', () => {
  assert.deepEqual(find('copy', '--all', 'a', 'b'), { id: 'copy', argv: ['--all', 'a', 'b'] });
});

test('global options may stand before it, with their values', () => {
  const argv = ['--debug', '--tmpdir', 'copy', '--policy=delete', 'inspect', '--raw', 'x'];
  assert.deepEqual(find(...argv), {
    id: 'inspect',
    argv: ['--debug', '--tmpdir', 'copy', '--policy=delete', '--raw', 'x'],
  });
});

test('every option of ours that takes a value may stand before it', () => {
  for (const option of ['--creds-file', '--src-creds-file', '--registries-conf', '--stall-timeout']) {
    assert.equal(find(option, 'copy', 'inspect').id, 'inspect', option);
  }
  for (const option of ['--json', '--tls-verify', '-v']) assert.equal(find(option, 'copy', 'x').id, 'copy', option);
});

test('without a word there is no subcommand', () => {
  assert.deepEqual(find(), { id: undefined, argv: [] });
  assert.deepEqual(find('--debug'), { id: undefined, argv: ['--debug'] });
  assert.deepEqual(find('--tmpdir', 'copy'), { id: undefined, argv: ['--tmpdir', 'copy'] });
  assert.equal(find('--', 'copy').id, undefined);
});

test('help is asked for before a --, never after it', () => {
  assert.equal(isHelpRequest(['a', '--help']), true);
  assert.equal(isHelpRequest(['-h']), true);
  assert.equal(isHelpRequest(['a', '--', '--help']), false);
  assert.equal(isHelpRequest(['a']), false);
});
