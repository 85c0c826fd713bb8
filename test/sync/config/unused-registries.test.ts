import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSyncFile } from '../../../src/sync/config/load-sync-file.ts';

const warningsOf = (hosts: readonly string[], images: string) => {
  const registries = hosts.map((host) => `  "${host}": { parallel: 1 }\n`).join('');
  return loadSyncFile('/m.yml', `registries:\n${registries}images:\n${images}`, {}).warnings;
};

const IMAGE = '  - { source: alpine, destination: ["r.example:5000/{{path}}", "{{registry}}.m.example/{{name}}"] }\n';

test('registries of sources and destinations are used, whatever way they are written', () => {
  assert.deepEqual(warningsOf(['docker.io', 'r.example:5000', 'docker.io.m.example'], IMAGE), []);
});

test('a host that nothing is at is told with the nearest one', () => {
  const told = warningsOf(['r.example', 'docker.oi', 'zzz.example.org'], IMAGE).map(({ line, key, message }) => [
    line,
    key,
    message.split('; ')[1],
  ]);
  assert.deepEqual(told, [
    [2, 'registries.r.example', 'did you mean "r.example:5000"?'],
    [3, 'registries.docker.oi', 'did you mean "docker.io"?'],
    [4, 'registries.zzz.example.org', undefined],
  ]);
});

test('what only an image can tell is passed over', () => {
  const image = '  - { source: "dir:/srv", destination: "r.example/{{registry}}/{{path}}" }\n';
  assert.equal(warningsOf(['r.example'], image).length, 1);
});
