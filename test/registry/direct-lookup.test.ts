import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { type Clock, systemClock } from '../../src/context.ts';
import { WrapperError } from '../../src/errors/wrapper-error.ts';
import type { RegistryAccess } from '../../src/registry/access.ts';
import { DirectLookup } from '../../src/registry/direct-lookup.ts';
import type { SkopeoQuestions } from '../../src/registry/lookup.ts';
import { RegistryPauses } from '../../src/registry/pauses.ts';
import { Router } from '../../src/registry/route.ts';
import type { ListingLimits } from '../../src/registry/tag-pages.ts';
import { Redactor } from '../../src/secrets/redactor.ts';
import { Secret } from '../../src/secrets/secret.ts';

import { createLayout, type MadeImage, MEDIA_TYPES, type OciLayout } from '../support/images.ts';
import { type RegistryProxy, startProxy } from '../support/proxy.ts';
import { type Registry, startRegistry } from '../support/registry.ts';
import { privateHome } from '../support/skopeo.ts';
import { type TempDir, tempDir } from '../support/temp.ts';
import { realSkopeo } from '../sync/support/real-skopeo.ts';
import { drip, type EndlessPage, flood, sendPage, startListing } from './support/endless-listing.ts';

const USERS = { me: 'secret' };
const SIGNAL = new AbortController().signal;

const resources = new AsyncDisposableStack();
let dir: TempDir;
let layout: OciLayout;
let image: MadeImage;
let plain: Registry;

before(async () => {
  dir = resources.use(await tempDir('lookup'));
  layout = await createLayout(dir.join('layout'));
  image = await layout.addImage('a', { layers: [{ sizeBytes: 100 }] });
  plain = resources.use(await startRegistry());
  for (const tag of ['1', '2', '3']) await plain.seed(layout.reference('a'), `team/app:${tag}`);
});
after(() => resources.disposeAsync());

/** A lookup over the real skopeo that counts how often skopeo had to be asked. */
const lookupIn = (
  home: string,
  {
    env = {},
    clock = systemClock,
    silenceSeconds,
    listingLimits,
  }: { env?: Record<string, string>; clock?: Clock; silenceSeconds?: number; listingLimits?: ListingLimits } = {},
) => {
  const real = realSkopeo({ ...privateHome(home), ...env });
  const asked: string[] = [];
  const skopeo: SkopeoQuestions = {
    inspectRaw: (...args) => {
      asked.push('inspectRaw');
      return real.inspectRaw(...args);
    },
    listTags: (...args) => {
      asked.push('listTags');
      return real.listTags(...args);
    },
  };
  const limits: string[] = [];
  const pauses = new RegistryPauses(clock);
  const router = new Router({ env, home, uid: 0, systemDirectory: `${home}/etc`, redactor: new Redactor() });
  const rateLimited = (registry: string) => limits.push(registry);
  const lookup = new DirectLookup({
    router,
    skopeo,
    limits: new Map(),
    clock,
    pauses,
    rateLimited,
    silenceSeconds,
    listingLimits,
  });
  return { lookup, asked, limits, pauses };
};

const INSECURE: RegistryAccess = { tlsVerify: false };

const KINDS = {
  'without TLS': async () => ({ registry: await startRegistry(), access: INSECURE }),
  'with TLS': async () => {
    const registry = await startRegistry({ tls: true });
    return { registry, access: { certDirectory: registry.certDir ?? '' } };
  },
  'with a password': async () => {
    const registry = await startRegistry({ basicAuth: USERS });
    return { registry, access: { ...INSECURE, credentials: { username: 'me', password: new Secret('secret') } } };
  },
  'with tokens and TLS': async () => {
    const registry = await startRegistry({ tls: true, tokenAuth: { users: USERS } });
    return {
      registry,
      access: {
        certDirectory: registry.certDir ?? '',
        credentials: { username: 'me', password: new Secret('secret') },
      },
    };
  },
} satisfies Record<string, () => Promise<{ registry: Registry; access: RegistryAccess }>>;

for (const [kind, start] of Object.entries(KINDS)) {
  test(`a registry ${kind} is asked directly`, async () => {
    const { registry: started, access } = await start();
    await using registry = started;
    await registry.seed(layout.reference('a'), 'team/app:1');
    const tokenRequests = () => registry.tokenServer?.requests.length ?? 0;
    const tokenRequestsBefore = tokenRequests();
    const { lookup, asked } = lookupIn(dir.path);
    using _lookup = lookup;
    const reference = registry.reference('team/app:1');
    assert.deepEqual(await lookup.head(reference, access, SIGNAL), {
      digest: image.manifest.digest,
      mediaType: MEDIA_TYPES.oci.manifest,
    });
    assert.equal(await lookup.head(registry.reference('team/app:none'), access, SIGNAL), undefined);
    assert.equal((await lookup.manifest(reference, access, SIGNAL)).length, image.manifest.sizeBytes);
    assert.deepEqual(await lookup.tags({ registry: registry.host, path: 'team/app' }, access, SIGNAL), ['1']);
    assert.deepEqual(asked, []);
    assert.ok(tokenRequests() - tokenRequestsBefore <= 1, 'a token serves all requests for a repository');
  });
}

/** Looks through a proxy that misbehaves; the real registry stands behind it for skopeo too. */
const behind = async (rules: Parameters<RegistryProxy['setRules']>[0]) => {
  const proxy = await startProxy(plain);
  proxy.setRules(rules);
  return proxy;
};

const HEAD_MANIFEST = { method: 'HEAD', path: /\/manifests\// };
const UNCLEAR = {
  'has no digest': { headers: { 'docker-content-digest': null } },
  'has a digest that is none': { headers: { 'docker-content-digest': 'latest' } },
  'is a redirect': { answer: { status: 307, headers: { location: 'http://127.0.0.1:1/elsewhere' } } },
  'is forbidden': { answer: { status: 405 } },
  'is an error of the server': { answer: { status: 500 } },
  'breaks off': { reset: true },
} as const;

for (const [what, fault] of Object.entries(UNCLEAR)) {
  test(`skopeo is asked when the answer ${what}`, async () => {
    await using proxy = await behind([{ match: HEAD_MANIFEST, do: fault }]);
    const { lookup, asked } = lookupIn(dir.path);
    using _lookup = lookup;
    const head = await lookup.head(proxy.reference('team/app:1'), INSECURE, SIGNAL);
    assert.equal(head?.digest, image.manifest.digest);
    assert.deepEqual(asked, ['inspectRaw']);
  });
}

test('when skopeo cannot tell either, the question fails: nothing is guessed', async () => {
  await using proxy = await behind([{ match: { path: /\/manifests\// }, do: { answer: { status: 500 } } }]);
  const { lookup } = lookupIn(dir.path);
  using _lookup = lookup;
  await assert.rejects(lookup.head(proxy.reference('team/app:1'), INSECURE, SIGNAL), { errorType: 'server_error' });
  await assert.rejects(lookup.tags({ registry: proxy.host, path: 'no/such' }, INSECURE, SIGNAL), {
    errorType: 'not_found',
  });
});

test('a manifest whose bytes are not those asked for is not taken', async () => {
  await using proxy = await behind([
    { match: { method: 'GET', path: /\/manifests\//, times: 1 }, do: { answer: { status: 200, body: '{}' } } },
  ]);
  const { lookup, asked } = lookupIn(dir.path);
  using _lookup = lookup;
  const reference = `docker://${proxy.host}/team/app@${image.manifest.digest}`;
  assert.equal((await lookup.manifest(reference, INSECURE, SIGNAL)).length, image.manifest.sizeBytes);
  assert.deepEqual(asked, ['inspectRaw']);
});

const page = (tags: string[], next?: string) => ({
  status: 200,
  ...(next === undefined ? {} : { headers: { link: `<${next}>; rel="next"` } }),
  body: JSON.stringify({ name: 'team/app', tags }),
});

const NEXT_PAGE = '/v2/team/app/tags/list?last=b';

/** What a registry behind a proxy may believe its address to be, beside what it should say. */
const LINKS = [NEXT_PAGE, '?last=b', `http://127.0.0.1:1${NEXT_PAGE}`, `https://registry.internal${NEXT_PAGE}`];

for (const link of LINKS) {
  test(`tags are read page after page, the next one called ${link}`, async () => {
    await using proxy = await behind([
      { match: { path: /list\?last=b/ }, do: { answer: page(['c', 'not a tag']) } },
      { match: { path: /tags\/list/ }, do: { answer: page(['a', 'b'], link) } },
    ]);
    const { lookup, asked } = lookupIn(dir.path);
    using _lookup = lookup;
    assert.deepEqual(await lookup.tags({ registry: proxy.host, path: 'team/app' }, INSECURE, SIGNAL), ['a', 'b', 'c']);
    assert.deepEqual(asked, []);
  });
}

const LISTING: ListingLimits = { pages: 20, bytes: 100_000, seconds: 60, answerSeconds: 60 };
const SECOND = { 'content-type': 'application/json' };

/** Answers of a registry whose list of tags does not end: page number and what it sends, and what the run says of it. */
const ENDLESS: Readonly<Record<string, { send: EndlessPage; limits?: Partial<ListingLimits>; says: RegExp }>> = {
  'a page that leads to itself': { send: (_, response) => sendPage(response, ['a'], '?n=1000'), says: /repeats one/ },
  'pages that lead to each other': {
    send: (page, response) => sendPage(response, [`t${page % 2}`], `?last=${page % 2}`),
    says: /repeats one/,
  },
  'the same page under ever new names': {
    send: (page, response) => sendPage(response, ['a', 'b'], `?last=${page}`),
    says: /repeats one/,
  },
  'endless small pages': {
    send: (page, response) => sendPage(response, [`t${page}`], `?last=${page}`),
    says: /more than 20$/,
  },
  'endless empty pages': {
    send: (page, response) => sendPage(response, [], `?last=${page}`),
    says: /more than 20$/,
  },
  'endless large pages': {
    send: (page, response) =>
      sendPage(
        response,
        Array.from({ length: 500 }, (_, tag) => `t${page}-${tag}-${'x'.repeat(50)}`),
        `?last=${page}`,
      ),
    says: /does not end after/,
  },
  'pages for ever': {
    send: (page, response) => void setTimeout(() => sendPage(response, [`t${page}`], `?last=${page}`), 100),
    limits: { seconds: 0.3 },
    says: /for more than 0\.3 s$/,
  },
  'a page that drips': {
    send: (_, response) => drip(response.writeHead(200, SECOND)),
    limits: { answerSeconds: 0.5 },
    says: /does not end after/,
  },
  'headers that drip': {
    send: (_, response) => drip(response.socket),
    limits: { answerSeconds: 0.5 },
    says: /does not end after/,
  },
  'a page without end': { send: (_, response) => flood(response.writeHead(200, SECOND)), says: /does not end after/ },
};

for (const [what, { send, limits, says }] of Object.entries(ENDLESS)) {
  test(`a list of tags that does not end is given up, and skopeo is not asked: ${what}`, async () => {
    await using registry = await startListing(send);
    const { lookup, asked } = lookupIn(dir.path, { listingLimits: { ...LISTING, ...limits } });
    using _lookup = lookup;
    await assert.rejects(lookup.tags({ registry: registry.host, path: 'team/app' }, INSECURE, SIGNAL), (error) => {
      assert.ok(error instanceof WrapperError);
      assert.equal(error.errorType, 'server_error');
      assert.ok(error.message.startsWith(`${registry.host} sends `), error.message);
      assert.match(error.message, says);
      return true;
    });
    assert.deepEqual(asked, []);
  });
}

test('a list that seems to nest without end is not taken apart', async () => {
  await using registry = await startListing(
    (_, response) => void response.writeHead(200, SECOND).end('['.repeat(50_000)),
  );
  const { lookup, asked } = lookupIn(dir.path);
  using _lookup = lookup;
  await assert.rejects(lookup.tags({ registry: registry.host, path: 'team/app' }, INSECURE, SIGNAL));
  assert.deepEqual(asked, ['listTags']);
});

test('a redirect to where the registry is not is not followed, by skopeo neither', async () => {
  for (const location of [
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
  ]) {
    await using registry = await startListing((_, response) => void response.writeHead(307, { location }).end());
    const { lookup, asked } = lookupIn(dir.path);
    using _lookup = lookup;
    const refused = {
      errorType: 'server_error',
      message: /redirects to .*an address of its own link: that is not followed$/,
    };
    await assert.rejects(lookup.tags({ registry: registry.host, path: 'team/app' }, INSECURE, SIGNAL), refused);
    await assert.rejects(lookup.head(`docker://${registry.host}/team/app:1`, INSECURE, SIGNAL), refused);
    assert.deepEqual(asked, []);
  }
});

test('a registry that limits the rate is heard, waited for and asked again', async () => {
  await using proxy = await behind([
    { match: { ...HEAD_MANIFEST, times: 2 }, do: { answer: { status: 429, headers: { 'retry-after': '0' } } } },
  ]);
  const { lookup, asked, limits } = lookupIn(dir.path);
  using _lookup = lookup;
  assert.equal((await lookup.head(proxy.reference('team/app:1'), INSECURE, SIGNAL))?.digest, image.manifest.digest);
  assert.deepEqual(limits, [proxy.host, proxy.host]);
  assert.deepEqual(asked, []);
});

test('a registry that asks for a long pause is not asked again meanwhile, nor is skopeo', async () => {
  await using proxy = await behind([
    { match: { ...HEAD_MANIFEST, times: 1 }, do: { answer: { status: 429, headers: { 'retry-after': '60' } } } },
  ]);
  const nowMs = systemClock.monotonicMs();
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const { lookup, asked, pauses } = lookupIn(dir.path, { clock });
  using _lookup = lookup;
  const limited = { errorType: 'rate_limited', message: /limits the rate and asks to wait 60 s$/ };
  await assert.rejects(lookup.head(proxy.reference('team/app:1'), INSECURE, SIGNAL), limited);
  await assert.rejects(lookup.head(proxy.reference('team/app:2'), INSECURE, SIGNAL), limited);
  await assert.rejects(lookup.tags({ registry: proxy.host, path: 'team/app' }, INSECURE, SIGNAL), limited);
  assert.equal(pauses.remainingSeconds(proxy.host), 60);
  const seconds = await lookup.requestedPauseSeconds(proxy.reference('team/app:3'), INSECURE, SIGNAL);
  assert.equal(seconds, 60);
  assert.equal(proxy.count(HEAD_MANIFEST), 1);
  assert.equal(await lookup.requestedPauseSeconds(plain.reference('team/app:1'), INSECURE, SIGNAL), undefined);
  assert.deepEqual(asked, []);
});

test('a registry that is silent from the first is not asked by skopeo either', async () => {
  await using dir = await tempDir('lookup');
  await using proxy = await behind([]);
  proxy.setConnections('black-hole');
  const { lookup, asked } = lookupIn(dir.path, { silenceSeconds: 0.5 });
  using _lookup = lookup;
  const silent = { errorType: 'stalled', message: `${proxy.host} does not answer` };
  await assert.rejects(lookup.head(proxy.reference('team/app:1'), INSECURE, SIGNAL), silent);
  await assert.rejects(lookup.tags({ registry: proxy.host, path: 'team/app' }, INSECURE, SIGNAL), silent);
  assert.deepEqual(asked, []);
});

test('a registry that leaves one question unanswered is asked by skopeo', async () => {
  await using dir = await tempDir('lookup');
  await using proxy = await behind([{ match: { ...HEAD_MANIFEST, times: 1 }, do: { silent: true } }]);
  const { lookup, asked } = lookupIn(dir.path, { silenceSeconds: 5 });
  using _lookup = lookup;
  assert.equal((await lookup.head(proxy.reference('team/app:1'), INSECURE, SIGNAL))?.digest, image.manifest.digest);
  assert.deepEqual(asked, ['inspectRaw']);
});

test('an allowance of pulls is read from the answers', async () => {
  await using proxy = await behind([
    { match: HEAD_MANIFEST, do: { headers: { 'ratelimit-remaining': '76;w=21600' } } },
  ]);
  const { lookup } = lookupIn(dir.path);
  using _lookup = lookup;
  assert.equal(lookup.countsPulls(proxy.host), false);
  await lookup.head(proxy.reference('team/app:1'), INSECURE, SIGNAL);
  assert.equal(lookup.countsPulls(proxy.host), true);
  assert.equal(lookup.pullsLeft(proxy.host), 76);
  assert.equal(lookup.countsPulls('docker.io'), true);
});

test('many questions share few connections and one greeting', async () => {
  await using proxy = await behind([]);
  const { lookup } = lookupIn(dir.path);
  using _lookup = lookup;
  const questions = Array.from({ length: 100 }, (_, number) =>
    lookup.head(proxy.reference(`team/app:${(number % 3) + 1}`), INSECURE, SIGNAL),
  );
  await Promise.all(questions);
  assert.ok(proxy.openConnections <= 32, `${proxy.openConnections} connections`);
  assert.equal(proxy.count({ path: /^\/v2\/$/ }), 1);
  assert.equal(proxy.requests.length, 101);
});

test('a registry that skopeo would not reach plainly is left to skopeo', async () => {
  await using home = await tempDir('lookup-home');
  await mkdir(home.join('.config', 'containers'), { recursive: true });
  const conf = home.join('.config', 'containers', 'registries.conf');
  await writeFile(
    conf,
    `[[registry]]\nprefix = "mirrored.example/team"\nlocation = "${plain.host}/team"\ninsecure = true\n`,
  );
  const { lookup, asked } = lookupIn(home.path);
  using _lookup = lookup;
  const head = await lookup.head('docker://mirrored.example/team/app:1', {}, SIGNAL);
  assert.equal(head?.digest, image.manifest.digest);
  assert.deepEqual(asked, ['inspectRaw']);
});
