import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { loadavg } from 'node:os';
import { basename, join } from 'node:path';
import { execa } from 'execa';
import { type PrivateDev, privateDevIfPossible } from '../../support/private-dev.ts';
import { privateHome, SKOPEO } from '../../support/skopeo.ts';
import type { StreamStage } from './stage.ts';
import type { StreamCase } from './table.ts';

/** What a run left. */
export interface StreamOutcome {
  /** Of the command itself. */
  readonly status: string;
  /** Name → content of what was caught; `got.err` is not among it. */
  readonly caught: Readonly<Record<string, string>>;
  readonly made: readonly string[];
  readonly errors: readonly string[];
}

/** Only a guard: the message of a run that hangs names it. A machine that is busy with other things needs longer. */
const patienceSeconds = (): number => Math.ceil(100 * Math.max(1, loadavg()[0] ?? 1));

const NAMES_OF_STREAMS: Readonly<Record<string, string>> = {
  stdin: '/proc/self/fd/0',
  stdout: '/proc/self/fd/1',
  stderr: '/proc/self/fd/2',
};

const linesOf = (text: string, place: string): string[] =>
  text
    .replaceAll(place, 'PLACE')
    // The wrapper names a docker archive by where a link leads, as one of the kinds does to a descriptor.
    .replace(/\/dev\/(?:\.\/)?std(?:in|out|err)\b/g, (name) => NAMES_OF_STREAMS[basename(name)] ?? name)
    .replace(/time="[^"]*" /g, '')
    .replace(/\/proc\/\d+\//g, '/proc/PID/')
    .replace(/\/task\/\d+\//g, '/task/TID/')
    .replaceAll('/proc/PID/fd/4', 'link')
    .replace(/((?:pipe|socket):\[|docker-tar|container_images_\w+?|oci)\d+/g, '$1RANDOM')
    .split('\n')
    // What a goroutine that is being stopped says is chance, and so is which bytes of an archive stay between lines.
    .filter((line) => line !== '' && !/Can't add file|\0/.test(line));

const outcomeOf = (place: string, { unstable }: StreamCase): StreamOutcome => {
  const read = (name: string): string => readFileSync(join(place, name), 'latin1');
  const files = readdirSync(place).filter((name) => name.startsWith('got.') && name !== 'got.err');
  // A message of a failure may be among what was caught, and the wrapper adds its own.
  const status = read('status').trim();
  const isText = (name: string): boolean => name === 'got.both' && status !== '0';
  const errors = [...files.filter(isText), 'got.err'].filter((name) => existsSync(join(place, name)));
  const content = (name: string): string => (unstable ? String(read(name) !== '') : read(name));
  return {
    status,
    caught: Object.fromEntries(files.filter((name) => !isText(name)).map((name) => [name, content(name)])),
    made: existsSync(join(place, 'new')) ? readdirSync(join(place, 'new')) : [],
    errors: errors.flatMap((name) => linesOf(read(name), place)),
  };
};

const run = async (
  stage: StreamStage,
  name: string,
  row: StreamCase,
  { program, dev }: { readonly program: readonly string[]; readonly dev: PrivateDev },
): Promise<StreamOutcome> => {
  const place = stage.placeFor(name);
  const home = `${place}.home`;
  try {
    cpSync(stage.template, place, { recursive: true });
    mkdirSync(home);
    if (row.input !== undefined) copyFileSync(join(place, row.input), join(place, 'input'));
    const words = { ...stage.words, word: row.kind.word };
    const args = row.command.split(' ').map((argument) => fill(argument, words));
    const guarded = ['timeout', '-s', 'KILL', String(patienceSeconds()), ...program, ...args];
    const [shell = '', ...argv] = [...dev.within(place), 'bash', '-c', row.kind.script, 'bash', ...guarded];
    await execa(shell, argv, {
      cwd: place,
      env: {
        PATH: process.env.PATH,
        ...privateHome(home),
        GNUPGHOME: stage.gnupgHome,
        SKOPEO_WRAPPER_SKOPEO_PATH: SKOPEO,
        SKOPEO_WRAPPER_STATE_DIR: join(home, 'state'),
      },
      extendEnv: false,
      reject: false,
      stdio: 'ignore',
    });
    return outcomeOf(place, row);
  } finally {
    for (const path of [place, home]) rmSync(path, { recursive: true, force: true });
  }
};

const fill = (text: string, words: Readonly<Record<string, string>>): string =>
  text.replace(/\{(\w+)\}/g, (whole, word: string) => words[word] ?? whole);

/** Both outcomes of a row; of the wrapper's error lines only those that skopeo wrote too. */
export const bothOutcomes = async (
  stage: StreamStage,
  name: string,
  row: StreamCase,
): Promise<{ readonly skopeo: StreamOutcome; readonly wrapper: StreamOutcome }> => {
  // skopeo removes `/dev/stdout` when a copy into it fails.
  await using lost = await privateDevIfPossible();
  const skopeo = await run(stage, `${name}-a`, row, { program: [SKOPEO], dev: lost });
  const wrapper = await run(stage, `${name}-b`, row, stage);
  return { skopeo, wrapper: { ...wrapper, errors: skopeo.errors.filter((line) => wrapper.errors.includes(line)) } };
};
