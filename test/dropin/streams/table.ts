import { INPUTS, OUTPUTS, type StreamKind } from './kinds.ts';

/** A command line with a place for one of the kinds: `{word}`. */
interface StreamCommand {
  readonly command: string;
  /** Copied to `input` before. */
  readonly input?: string;
  /** Bytes of an archive with times of its own: only whether there are any is compared. */
  readonly unstable?: true;
  /** skopeo opens it twice, and waits for ever for a second one at the other end of a FIFO. */
  readonly opensTwice?: true;
}

/** One row: a command line connected in one way. */
export interface StreamCase extends StreamCommand {
  readonly kind: StreamKind;
}

/** Every option and operand of skopeo that names something to write. */
const DESTINATION_STEPS: readonly StreamCommand[] = [
  { command: 'copy -q oci:layout:app docker-archive:{word}' },
  { command: 'copy oci:layout:app docker-archive:{word}:example.org/app:1' },
  { command: 'copy -q oci:layout:app oci-archive:{word}', unstable: true },
  { command: 'copy -q --digestfile {word} oci:layout:app dir:new' },
  { command: 'copy --digestfile={word} --all oci:layout:list dir:new' },
  { command: 'standalone-sign dir/manifest.json example.org/app:1 {key} --output {word}', unstable: true },
  { command: 'inspect --raw oci:layout:app' },
  { command: 'copy oci:layout:nope docker-archive:{word}' },
  { command: 'copy -q --digestfile {word} oci:layout:app docker-archive:{word}', opensTwice: true },
  { command: 'copy oci:layout:app oci-archive:{word}:app', unstable: true },
];

/** Some of those that name something to read. */
const READING: readonly StreamCommand[] = [
  { command: 'manifest-digest {word}', input: 'dir/manifest.json' },
  { command: 'copy -q docker-archive:{word} dir:new', input: 'docker.tar', opensTwice: true },
  { command: 'copy oci-archive:{word}:app dir:new', input: 'oci.tar' },
  { command: 'copy -q --policy {word} oci:layout:app dir:new', input: 'accept.json' },
  { command: 'copy -q --policy {word} oci:layout:app dir:new', input: 'reject.json' },
  { command: 'inspect --raw docker-archive:{word}', input: 'docker.tar', opensTwice: true },
];

const rows = (commands: readonly StreamCommand[], kinds: readonly StreamKind[]): StreamCase[] =>
  commands.flatMap((command) =>
    kinds.filter(({ word }) => word !== 'fifo' || !command.opensTwice).map((kind) => ({ ...command, kind })),
  );

/** Every command with every kind. */
export const TABLE: readonly StreamCase[] = [...rows(DESTINATION_STEPS, OUTPUTS), ...rows(READING, INPUTS)];

/** One row of each kind, the commands in turn. */
const once = (commands: readonly StreamCommand[], kinds: readonly StreamKind[]): StreamCase[] =>
  kinds.flatMap((kind, index) => rows(commands.slice(index % commands.length).slice(0, 1), [kind]));

const isDaily = ({ isDaily }: StreamKind): boolean => isDaily === true;

/** Few rows, in which every command and every way to connect something is found. */
export const SAMPLE: readonly StreamCase[] = [
  ...once(DESTINATION_STEPS, OUTPUTS.filter(isDaily)),
  ...once(READING, INPUTS.filter(isDaily)),
];
