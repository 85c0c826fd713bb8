import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { runProgram } from '../../../src/main.ts';
import { consoleIn } from '../../support/console.ts';
import { tempDir } from '../../support/temp.ts';

const PASSWORD = 'c4nary-geheim';

/** A registry that repeats the password it was given in every answer. */
const startEcho = async () => {
  let heard = 0;
  const server = createServer((request, response) => {
    const [, encoded] = /^Basic (.*)$/.exec(request.headers.authorization ?? '') ?? [];
    if (encoded === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="echo"' }).end();
      return;
    }
    heard++;
    const given = Buffer.from(encoded, 'base64').toString();
    if (request.url === '/v2/') response.writeHead(200).end('{}');
    else {
      const errors = [{ code: 'DENIED', message: `not with ${given}, nor with ${encoded}` }];
      response.writeHead(403, { 'content-type': 'application/json' }).end(JSON.stringify({ errors }));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => heard,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const MIRROR = `registries:
  HOST: { username: user, password: ${PASSWORD}, tls-verify: false }
retry: { times: 0 }
images:
  - { source: "HOST/app:1", destination: "dir:DIR/new" }
`;

const SKOPEO_YAML = `HOST:
  tls-verify: false
  credentials: { username: user, password: ${PASSWORD} }
  images: { app: ["1"] }
`;

const LOGIN = `user:${PASSWORD}`;

const WAYS: Readonly<Record<string, (host: string, directory: string) => readonly string[]>> = {
  copy: (host) => ['copy', '--src-creds', LOGIN, '--src-tls-verify=false', `docker://${host}/app:1`, 'dir:new'],
  inspect: (host) => ['inspect', '--creds', LOGIN, '--tls-verify=false', `docker://${host}/app:1`],
  'sync by flags': (host) => [
    ...['sync', '--src-creds', LOGIN, '--src-tls-verify=false', '--retry-times', '0'],
    ...['--src', 'docker', '--dest', 'dir', `${host}/app:1`, 'new'],
  ],
  'sync by a mirror file': () => ['sync', '--file', 'mirror.yml'],
  "sync by skopeo's YAML": (_, directory) => [
    ...['sync', '--src', 'yaml', '--dest', 'dir', '--retry-times', '0'],
    ...[`${directory}/skopeo.yml`, 'new'],
  ],
};

for (const [name, argvOf] of Object.entries(WAYS)) {
  test(`a password that a registry repeats is hidden everywhere: ${name}`, async () => {
    await using dir = await tempDir('echo');
    await using echo = await startEcho();
    const fill = (text: string) => text.replaceAll('HOST', echo.host).replaceAll('DIR', dir.path);
    await writeFile(dir.join('mirror.yml'), fill(MIRROR).replace(`${echo.host}: {`, `"${echo.host}": {`));
    await writeFile(dir.join('skopeo.yml'), fill(SKOPEO_YAML).replace(`${echo.host}:\n`, `"${echo.host}":\n`));
    const shown = consoleIn(dir);
    const own = ['--events', 'events', '--debug', ...(name.startsWith('sync') ? ['--report', 'report.json'] : [])];
    const status = await runProgram([...argvOf(echo.host, dir.path), ...own], shown.context);
    assert.notEqual(status, 0, shown.text());
    assert.ok(echo.heard() > 0);
    const files = await Promise.all(
      ['events', 'report.json'].map((file) => readFile(dir.join(file), 'utf8').catch(() => '')),
    );
    const all = [shown.text(), ...files].join('\n');
    assert.match(all, /not with/);
    for (const secret of [PASSWORD, Buffer.from(LOGIN).toString('base64')]) assert.ok(!all.includes(secret), all);
  });
}
