import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { execa } from 'execa';
import { MEDIA_TYPES } from '../../support/images.ts';
import { sequences } from '../../support/sequences.ts';
import { tempDir } from '../../support/temp.ts';

const REPOSITORIES = 5;
const TAGS = sequences(200);

/** Both ends of a mirror where nothing has changed. */
const stubRegistry = () =>
  createServer((request, response) => {
    const { url = '' } = request;
    if (url.includes('/tags/list')) {
      response.end(JSON.stringify({ tags: Array.from({ length: TAGS }, (_, number) => `v1.${number}`) }));
      return;
    }
    if (request.method !== 'HEAD') {
      response.end('{}');
      return;
    }
    const image = url.replace(/^\/v2\/(?:mirror\/)?/, '');
    const digest = createHash('sha256').update(image).digest('hex');
    response.writeHead(200, {
      'content-type': MEDIA_TYPES.oci.index,
      'content-length': 1000,
      'docker-content-digest': `sha256:${digest}`,
    });
    response.end();
  });

test('thousands of images, at night ten thousand, are planned, checked and reported within 300 MiB, and the display keeps moving', async () => {
  await using home = await tempDir('scale');
  const server = stubRegistry().listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const images = Array.from({ length: REPOSITORIES }, (_, number) => `  - source: "${host}/app${number}"`);
    const text = `registries: { "${host}": { tls-verify: false } }\ndefaults: { destination: "${host}/mirror/{{path}}" }\nimages:\n${images.join('\n')}\n`;
    const script = new URL('../support/plan-many.ts', import.meta.url).pathname;
    const { stdout } = await execa(process.execPath, [script, text, home.path]);
    const cost = JSON.parse(stdout);
    assert.equal(cost.totals.unchanged, REPOSITORIES * TAGS);
    assert.ok(cost.maxRssMib < 300, `${cost.maxRssMib} MiB`);
    assert.ok(cost.reportBytes > 100 * REPOSITORIES * TAGS);
    assert.ok(cost.longestBlockShare < 0.2, `for ${cost.longestBlockShare} of the time nothing could be drawn`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
