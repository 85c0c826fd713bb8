import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeGoString, parseDebugMessage, parseLogLine } from '../../../src/skopeo/output/log-line.ts';
import { createLayout } from '../../support/images.ts';
import { startProxy } from '../../support/proxy.ts';
import { startRegistry } from '../../support/registry.ts';
import { mustSkopeo, privateHome } from '../../support/skopeo.ts';
import { tempDir } from '../../support/temp.ts';

const waitAt = (url: string) => `Too many requests to ${url}: sleeping for 30.000000 seconds before next attempt`;

test('a wait that a registry asked for names the registry, not the request', () => {
  for (const [url, registry] of [
    ['https://quay.io/v2/coreos/etcd/manifests/v3.5', 'quay.io'],
    ['http://[::1]:5000/v2/', '[::1]:5000'],
    ['https://user:xxxxx@r.example:443/v2/?n=1', 'r.example:443'],
    ['https://registry-1.docker.io/v2/library/alpine/manifests/3', 'docker.io'],
  ] as const) {
    assert.deepEqual(parseDebugMessage(waitAt(url)), { type: 'rate-limited', registry, waitSeconds: 30 });
  }
});

test('the wait is found in what the real skopeo says', async () => {
  await using work = await tempDir('debug-message');
  await using registry = await startRegistry();
  const layout = await createLayout(work.join('layout'));
  await layout.addImage('app', { layers: [{ sizeBytes: 100 }] });
  await registry.seed(layout.reference('app'), 'app:1');
  const limit = { status: 429, headers: { 'retry-after': '1' } };
  await using proxy = await startProxy(registry, {
    rules: [{ match: { path: /manifests/, times: 1 }, do: { answer: limit } }],
  });
  const copy = ['--debug', 'copy', '--src-tls-verify=false', proxy.reference('app:1'), `dir:${work.join('out')}`];
  const { stderr } = await mustSkopeo(copy, { env: privateHome(work.path) });
  const messages = [...stderr.matchAll(/msg="(Too many .*?)"$/gm)].map(([, message = '']) =>
    parseDebugMessage(message),
  );
  assert.deepEqual(messages, [{ type: 'rate-limited', registry: proxy.host, waitSeconds: 1 }]);
});

test('decodes a logfmt entry with nested quotes and fields', () => {
  const line =
    'time="2026-11-01T10:00:00Z" level=error msg="Error copying ref \\"docker://a/b:1\\"" error="reading \\"x\\"\\nmore" tagged=false';
  assert.deepEqual(parseLogLine(line), {
    type: 'log',
    level: 'error',
    message: 'Error copying ref "docker://a/b:1"',
    fields: { error: 'reading "x"\nmore', tagged: 'false' },
  });
});

test('decodes an entry as logrus writes it to a terminal', () => {
  assert.deepEqual(parseLogLine('FATA[0003] no such image   '), {
    type: 'log',
    level: 'fatal',
    message: 'no such image',
    fields: {},
  });
});

test('knows a line that is no entry', () => {
  for (const line of ['', 'panic: runtime error', 'time="x" level=loud msg="y"', 'level=info msg="no time"']) {
    assert.equal(parseLogLine(line), undefined);
  }
});

test('decodes what Go escapes and JSON does not know', () => {
  assert.equal(decodeGoString('\\x41\\u00e9\\U0001F600\\a\\v\\101\\\\\\"'), 'A\u00e9\u{1F600}\x07\vA\\"');
});

test('stays fast on a hostile line', () => {
  const line = `time="x" level=info ${'a="'.repeat(20_000)}`;
  assert.equal(parseLogLine(line), undefined);
});
