import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseRedirect } from '../../src/registry/redirect.ts';

const ROWS: readonly (readonly [asked: string, location: string, isFollowed: boolean])[] = [
  ['https://93.184.216.34/v2/', 'https://93.184.216.35/v2/', true],
  ['https://93.184.216.34/v2/', '/v2/elsewhere', true],
  ['https://93.184.216.34/v2/', 'https://10.0.0.1/', false],
  ['https://93.184.216.34/v2/', 'https://[fd00::1]/', false],
  ['https://93.184.216.34/v2/', 'http://localhost:8080/', false],
  ['https://93.184.216.34/v2/', 'http://127.1/', false],
  ['https://93.184.216.34/v2/', 'http://0x7f000001/', false],
  ['https://93.184.216.34/v2/', 'http://[::ffff:10.0.0.1]/', false],
  ['https://93.184.216.34/v2/', 'https://no-such-host.invalid/', true],
  ['https://10.0.0.1/v2/', 'https://192.168.0.1/v2/', true],
  ['https://10.0.0.1/v2/', 'https://93.184.216.34/v2/', true],
  ['https://10.0.0.1/v2/', 'http://127.0.0.1/', false],
  ['http://127.0.0.1:5000/v2/', 'http://127.0.0.1:5001/v2/', true],
  ['http://127.0.0.1:5000/v2/', 'http://169.254.169.254/latest', false],
  ['http://169.254.1.1/v2/', 'http://169.254.169.254/latest', false],
];

for (const [asked, location, isFollowed] of ROWS) {
  test(`${asked} may ${isFollowed ? '' : 'not '}redirect to ${location}`, async () => {
    const answer = { status: 307, headers: { location } };
    const judged = refuseRedirect(answer, new URL(asked), 'reg.example');
    if (isFollowed) await judged;
    else await assert.rejects(judged, { errorType: 'server_error', message: /^reg\.example redirects to / });
    await refuseRedirect({ ...answer, status: 200 }, new URL(asked), 'reg.example');
  });
}
