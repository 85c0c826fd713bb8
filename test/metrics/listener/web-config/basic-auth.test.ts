import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compare, hashSync } from 'bcryptjs';
import { createBasicAuth } from '../../../../src/metrics/listener/web-config/basic-auth.ts';

const USERS = { alice: hashSync('wonder:land', 4), bob: hashSync('bäume', 4) };

const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

/** A check whose comparisons are counted. */
const counted = () => {
  const hashes: string[] = [];
  const check = createBasicAuth((password, hash) => {
    hashes.push(hash);
    return compare(password, hash);
  });
  const status = async (header: string | undefined, users: Record<string, string> = USERS) =>
    (await check(users, header))?.status ?? 200;
  return { hashes, check, status };
};

describe('createBasicAuth', () => {
  it('lets everybody pass when there are no users', async () => {
    assert.equal(await createBasicAuth()({}, undefined), undefined);
  });

  it('passes the right password, colons and umlauts included', async () => {
    const { status } = counted();
    assert.equal(await status(basic('alice:wonder:land')), 200);
    assert.equal(await status(basic('bob:bäume')), 200);
    assert.equal(await status(basic('bob:bäume').replace('Basic', 'bAsIc')), 200);
  });

  it('asks for credentials otherwise', async () => {
    const { check, status } = counted();
    assert.match((await check(USERS, undefined))?.headers['WWW-Authenticate'] ?? '', /^Basic realm=/);
    const wrong = ['', 'Basic', 'Basic !', 'Bearer x', basic('alice'), basic('alice:'), basic('alice:wonder:lane')];
    for (const header of [...wrong, basic(':'), basic('__proto__:x'), basic('bob:wonder:land')]) {
      assert.equal(await status(header), 401, header);
    }
  });

  it('computes as much for an unknown user as for a wrong password', async () => {
    const { hashes, status } = counted();
    assert.equal(await status(basic('mallory:wonder:land')), 401);
    assert.equal(await status(basic('alice:no')), 401);
    assert.deepEqual(hashes, [USERS.alice, USERS.alice]);
  });

  it('computes each verdict once, whether good or bad, even for requests at once', async () => {
    const { hashes, status } = counted();
    const headers = [basic('alice:wonder:land'), basic('alice:no'), basic('mallory:no')];
    await Promise.all([...headers, ...headers].map((header) => status(header)));
    await Promise.all(headers.map((header) => status(header)));
    assert.equal(hashes.length, 3);
  });

  it('forgets a verdict when the password changes', async () => {
    const { status } = counted();
    assert.equal(await status(basic('alice:wonder:land')), 200);
    assert.equal(await status(basic('alice:wonder:land'), { alice: hashSync('other', 4) }), 401);
    assert.equal(await status(basic('alice:wonder:land'), { bob: USERS.bob }), 401);
  });

  it('remembers a bounded number of verdicts, the newest', async () => {
    const { hashes, status } = counted();
    for (let attempt = 0; attempt <= 100; attempt++) await status(basic(`alice:${attempt}`));
    assert.equal(hashes.length, 101);
    await status(basic('alice:100'));
    assert.equal(hashes.length, 101);
    await status(basic('alice:0'));
    assert.equal(hashes.length, 102);
  });
});
