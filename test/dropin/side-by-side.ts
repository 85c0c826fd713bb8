import { hash } from 'node:crypto';
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { execa } from 'execa';
import { runCli } from '../support/process.ts';
import type { Registry } from '../support/registry.ts';
import { privateHome, SKOPEO } from '../support/skopeo.ts';
import type { Aspect, Invocation } from './invocation.ts';
import type { Stage } from './stage.ts';

/** All that a run left, with everything replaced that is different in two runs of skopeo itself. */
export interface Outcome {
  readonly stdout: string;
  readonly exitStatus: number | string | undefined;
  /** Path → type, mode and digest. */
  readonly files: Readonly<Record<string, string>>;
  /** `repository:tag` → digest of the manifest, for repositories of this run. */
  readonly registry: Readonly<Record<string, string | undefined>>;
  /** Lines of skopeo's own, without their time. */
  readonly stderr: readonly string[];
}

/** Gone when its run has been described: creating files is slow in a file system where many others lie around. */
interface Place extends Disposable {
  readonly directory: string;
  readonly cwd: string;
  readonly out: string;
  readonly env: Record<string, string>;
  readonly words: Readonly<Record<string, string>>;
}

const makePlace = (stage: Stage, name: string, invocation: Invocation): Place => {
  const directory = stage.scratch.join(name);
  const [cwd, home] = [join(directory, 'work'), join(directory, 'home')];
  mkdirSync(home, { recursive: true });
  cpSync(stage.template, cwd, { recursive: true, preserveTimestamps: true });
  const out = `out/${name}`;
  const words = { ...stage.words, cwd, out };
  const given = Object.entries(invocation.env ?? {}).map(([key, text]) => [key, fill(text, words)]);
  const env = { ...privateHome(home), GNUPGHOME: stage.gnupgHome, ...Object.fromEntries(given) };
  const dispose = () => rmSync(directory, { recursive: true, force: true });
  return { directory, cwd, out, env, words, [Symbol.dispose]: dispose };
};

const fill = (text: string, words: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole);

const argv = (command: string, { words }: Place): string[] =>
  command === '' ? [] : command.split(' ').map((argument) => fill(argument, words));

const describeFile = (path: string, name: string, unstable: RegExp | undefined): string => {
  const stats = lstatSync(path);
  const mode = (stats.mode & 0o7777).toString(8);
  if (stats.isDirectory()) return `directory ${mode}`;
  if (stats.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  return `file ${mode} ${unstable?.test(name) ? 'unstable' : hash('sha256', readFileSync(path))}`;
};

/** skopeo's cache of what it has seen where: reading a manifest beside a copy adds to it. */
const CACHE = /^home\/data(\/|$)/;

const fileTree = (directory: string, unstable: RegExp | undefined): Record<string, string> => {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => !CACHE.test(name));
  const described = names.sort().map((name) => {
    const file = describeFile(join(directory, name), name, unstable);
    return [name.replace(/layers-\d+/, 'layers-RANDOM'), file];
  });
  return Object.fromEntries(described);
};

const repositoriesOf = async ({ client }: Registry, prefix: string): Promise<string[]> => {
  const { status, body } = await client.request('/v2/_catalog?n=10000');
  if (status !== 200) return [prefix];
  const { repositories }: { repositories: string[] } = JSON.parse(body.toString());
  return repositories.filter((name) => name === prefix || name.startsWith(`${prefix}/`));
};

const registryState = async (
  stage: Stage,
  { command: last, before = [], unstable }: Invocation,
  out: string,
): Promise<Outcome['registry']> => {
  const command = [...before, last].join(' ');
  if (!command.includes('{out}')) return {};
  const state: Record<string, string | undefined> = {};
  for (const [name, registry] of Object.entries(stage.registries)) {
    if (!command.includes(`{${name}}`)) continue;
    for (const repository of await repositoriesOf(registry, out)) {
      for (const tag of await registry.client.tags(repository).catch(() => [])) {
        const digest = await registry.client.manifestDigest(repository, tag);
        state[`${name}/${relative(out, repository)}:${tag}`] = unstable?.test('registry') ? 'unstable' : digest;
      }
    }
  }
  return state;
};

/** Blobs run side by side: within one block their order is chance. */
const sortBlobLines = (text: string): string =>
  text.replace(/(?:^Copying blob \S+\n)+/gm, (block) => `${block.trimEnd().split('\n').sort().join('\n')}\n`);

const neutral = (text: string, { directory, out }: Place): string =>
  text
    .replaceAll(directory, 'DIRECTORY')
    .replaceAll(out, 'OUT')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID')
    .replace(/127\.0\.0\.1:\d+->/g, '127.0.0.1:PORT->')
    .replace(/\?_state=[^\s"\\]*/g, '?_state=STATE')
    .replace(/\[hidden\]/g, 'STATE')
    .replace(/((?:put-blob|container_images_\w+?|oci|docker-tar|storage))\d{6,}/g, '$1RANDOM');

const errorLines = (text: string, place: Place): string[] =>
  neutral(text, place)
    .split('\n')
    .filter((line) => line !== '' && !/level=debug/.test(line))
    .map((line) => line.replace(/^time="[^"]*" /, ''));

interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitStatus: number | string | undefined;
}

type Run = (args: readonly string[], place: Place, given?: Pick<Invocation, 'input' | 'fullStdout'>) => Promise<Ended>;

const wrapOf = ({ fullStdout }: Pick<Invocation, 'fullStdout'>): readonly string[] =>
  fullStdout ? ['sh', '-c', 'exec "$@" > /dev/full', 'sh'] : [];

const runSkopeo: Run = async (args, { cwd, env }, given = {}) => {
  const { input = '' } = given;
  const [file, ...argv] = [...wrapOf(given), SKOPEO, ...args];
  const options = { cwd, env: { PATH: process.env.PATH, ...env }, extendEnv: false, input, reject: false } as const;
  const ended = await execa(file ?? SKOPEO, argv, { ...options, stripFinalNewline: false, timeout: 180_000 });
  return { stdout: ended.stdout, stderr: ended.stderr, exitStatus: ended.exitCode ?? ended.signal };
};

const runWrapper =
  (program: Stage['program']): Run =>
  async (args, { cwd, env, directory }, given = {}) => {
    const { input = '' } = given;
    const wrap = wrapOf(given);
    const stateDir = `${directory}.state`;
    const ended = await runCli(args, {
      program,
      cwd,
      env: { ...env, SKOPEO_WRAPPER_STATE_DIR: stateDir },
      input,
      wrap,
    });
    return { stdout: ended.stdout, stderr: ended.stderr, exitStatus: ended.exitCode ?? ended.signal };
  };

const outcomeOf = async (stage: Stage, name: string, invocation: Invocation, run: Run): Promise<Outcome> => {
  using place = makePlace(stage, name, invocation);
  for (const command of invocation.before ?? []) {
    const { exitStatus, stderr } = await runSkopeo(argv(command, place), place);
    if (exitStatus !== 0) throw new Error(`skopeo ${command}: ${stderr}`);
  }
  const ended = await run(argv(invocation.command, place), place, invocation);
  return {
    exitStatus: ended.exitStatus,
    stdout: sortBlobLines(neutral(ended.stdout, place)),
    stderr: errorLines(ended.stderr, place),
    files: fileTree(place.directory, invocation.unstable),
    registry: await registryState(stage, invocation, place.out),
  };
};

/** The same command line by skopeo and by the wrapper. */
export interface SideBySide {
  readonly skopeo: Outcome;
  readonly wrapper: Outcome;
  readonly differences: readonly Aspect[];
}

/** Runs both, one after the other, each in a fresh copy of the stage's files. */
export const sideBySide = async (stage: Stage, name: string, invocation: Invocation): Promise<SideBySide> => {
  const skopeo = await outcomeOf(stage, `${name}-a`, invocation, runSkopeo);
  const wrapper = await outcomeOf(stage, `${name}-b`, invocation, runWrapper(stage.program));
  const same: Readonly<Record<Aspect, boolean>> = {
    stdout: skopeo.stdout === wrapper.stdout,
    'exit status': skopeo.exitStatus === wrapper.exitStatus,
    files: isDeepStrictEqual(skopeo.files, wrapper.files),
    registry: isDeepStrictEqual(skopeo.registry, wrapper.registry),
    stderr: skopeo.stderr.every((line) => wrapper.stderr.includes(line)),
  };
  const aspects = Object.keys(same) as Aspect[];
  return { skopeo, wrapper, differences: aspects.filter((aspect) => !same[aspect]) };
};
