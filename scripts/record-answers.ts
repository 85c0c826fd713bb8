/**
 * Records what real versions of skopeo say when a registry answers with a failure at each step of the conversation:
 * `test/fixtures/registry-answers.json`, from which tests of the failure table make messages of every status and code.
 *
 * Usage: npx node scripts/record-answers.ts        with the skopeo in PATH and those below `.cache/skopeo/`
 */
import { readdir, writeFile } from 'node:fs/promises';
import { STATUS_CODES } from 'node:http';
import { join } from 'node:path';
import { execa } from 'execa';
import PQueue from 'p-queue';
import type { RegistryStep } from '../src/skopeo/failure/registry-answer.ts';
import { skopeoVersion } from '../test/support/skopeo.ts';
import { tempDir } from '../test/support/temp.ts';
import { type Fault, startFaultyRegistry } from './recording/faulty-registry.ts';

const CACHE = join(import.meta.dirname, '..', '.cache', 'skopeo');
const OUTPUT = new URL('../test/fixtures/registry-answers.json', import.meta.url);
/** One of each kind that skopeo treats by itself; 429 is left out, for which it waits half a minute. */
const STATUSES = [400, 401, 403, 404, 500];
const WORDS = 'WORDS OF THE REGISTRY';

/** Kinds of bodies: none, a page of a proxy, and errors as the specification wants them. */
const BODIES: Readonly<Record<string, Pick<Fault, 'contentType' | 'body'>>> = {
  none: {},
  page: { contentType: 'text/html', body: '<html>\r\n<head><title>PAGE</title></head></html>' },
  // A code of the specification with words of its own, one that skopeo does not know, one with the words of everybody.
  code: {
    contentType: 'application/json',
    body: JSON.stringify({ errors: [{ code: 'SIZE_INVALID', message: WORDS }] }),
  },
  foreign: { contentType: 'application/json', body: JSON.stringify({ errors: [{ code: 'FOREIGN', message: WORDS }] }) },
  usual: {
    contentType: 'application/json',
    body: JSON.stringify({
      errors: [{ code: 'SIZE_INVALID', message: 'provided length did not match content length' }],
    }),
  },
};

const TO: readonly RegistryStep[] = ['ping', 'token', 'blob-head', 'upload-start', 'upload', 'commit', 'manifest-put'];
const FROM: readonly RegistryStep[] = ['ping', 'token', 'manifest', 'blob'];

await using directory = await tempDir('answers');
const image = directory.join('image');

/** The fatal message of a run, with places for what changes. */
const messageOf = async (skopeo: string, args: readonly string[], host: string, fault: Fault): Promise<string> => {
  const { stderr } = await execa(skopeo, ['--insecure-policy', ...args], {
    reject: false,
    env: { HOME: directory.path, XDG_RUNTIME_DIR: directory.path },
  });
  const fatal = /level=fatal msg=(".*")\s*$/m.exec(stderr)?.[1];
  return (fatal === undefined ? stderr : String(JSON.parse(fatal)))
    .replaceAll(host, 'HOST')
    .replaceAll(directory.path, '/tmp')
    .replaceAll(/sha256:[0-9a-f]{64}/g, 'DIGEST')
    .replaceAll(String(fault.status), 'STATUS')
    .replaceAll(STATUS_CODES[fault.status] ?? '', 'REASON');
};

interface Case {
  readonly step: RegistryStep;
  readonly side: 'source' | 'destination';
  readonly command: string;
  readonly args: (host: string) => readonly string[];
}

const CASES: readonly Case[] = [
  ...FROM.map((step): Case => {
    const args = (host: string) => [
      'copy',
      '-q',
      '--src-tls-verify=false',
      `docker://${host}/team/app:1`,
      `dir:${directory.join('out')}`,
    ];
    return { step, side: 'source', command: 'copy', args };
  }),
  ...TO.map((step): Case => {
    const args = (host: string) => [
      'copy',
      '-q',
      '--dest-tls-verify=false',
      `dir:${image}`,
      `docker://${host}/team/app:2`,
    ];
    return { step, side: 'destination', command: 'copy', args };
  }),
  ...(['ping', 'token', 'manifest'] as const).map(
    (step): Case => ({
      step,
      side: 'source',
      command: 'inspect',
      args: (host) => ['inspect', '--tls-verify=false', `docker://${host}/team/app:1`],
    }),
  ),
  ...(['ping', 'token', 'list'] as const).map(
    (step): Case => ({
      step,
      side: 'source',
      command: 'list-tags',
      args: (host) => ['list-tags', '--tls-verify=false', `docker://${host}/team/app`],
    }),
  ),
  ...(['ping', 'token', 'manifest', 'delete'] as const).map(
    (step): Case => ({
      step,
      side: 'destination',
      command: 'delete',
      args: (host) => ['delete', '--tls-verify=false', `docker://${host}/team/app:1`],
    }),
  ),
];

const cached = (await readdir(CACHE).catch(() => [])).filter((name) => !name.startsWith('.'));
const found = new Map<string, Record<string, unknown> & { versions: Set<string>; statuses: Set<number> }>();
const queue = new PQueue({ concurrency: 2 });
{
  await using whole = await startFaultyRegistry({ step: 'list', status: 500 });
  await execa('skopeo', [
    '--insecure-policy',
    'copy',
    '-q',
    '--src-tls-verify=false',
    `docker://${whole.host}/team/app:1`,
    `dir:${image}`,
  ]);
}
/** Writes what is known so far. */
const save = async (): Promise<void> => {
  const rows = [...found.entries()]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([, row]) => ({
      ...row,
      versions: [...row.versions].toSorted(),
      statuses: [...row.statuses].toSorted((one, other) => one - other),
    }));
  await writeFile(OUTPUT, `[\n${rows.map((row) => ` ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
};

for (const skopeo of ['skopeo', ...cached.map((version) => join(CACHE, version, 'skopeo'))]) {
  const version = await skopeoVersion(skopeo);
  for (const { step, side, command, args } of CASES)
    for (const [body, content] of Object.entries(BODIES))
      for (const status of body === 'none' ? STATUSES : [400])
        void queue.add(async () => {
          const fault = { step, status, ...content };
          await using registry = await startFaultyRegistry(fault);
          const message = await messageOf(skopeo, args(registry.host), registry.host, fault);
          if (message === '') return;
          const key = JSON.stringify([command, step, side, body, message]);
          const row = found.get(key) ?? {
            command,
            step,
            side,
            body,
            message,
            versions: new Set(),
            statuses: new Set(),
          };
          row.versions.add(version);
          row.statuses.add(status);
          found.set(key, row);
        });
  await queue.onIdle();
  await save();
  process.stdout.write(`${version}\n`);
}
