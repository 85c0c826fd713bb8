import type { CommandLine } from '../../command-line/command-line.ts';
import { GLOBAL_FLAGS } from '../../command-line/flags/global.ts';
import { booleanFlag, type SubcommandSpec, stringFlag } from '../../command-line/flags/spec.ts';
import { SYNC } from '../../command-line/flags/sync.ts';
import { usageError } from '../../errors/wrapper-error.ts';
import { JOB_DEFAULTS } from '../../sync/job.ts';
import { SIGNING_NAMES } from '../../sync/signing.ts';

const OURS = { handledByWrapper: true } as const;

/** Options of `skopeo sync` that are passed to every `skopeo copy`. `sync` itself implements the others. */
const PASSED_TO_COPY: ReadonlySet<string> = new Set(Object.values(SIGNING_NAMES));

/** `sync` as this program offers it: skopeo's options and its own. */
export const SYNC_COMMAND: SubcommandSpec = {
  ...SYNC,
  summary: 'Mirror repositories: copies what changed, many images at a time',
  operands: ['[SOURCE DESTINATION]'],
  flags: [
    ...SYNC.flags.map((flag) => (PASSED_TO_COPY.has(flag.name) ? flag : { ...flag, ...OURS })),
    stringFlag('file', 'FILE', 'mirror as this YAML or JSON file says', OURS),
    booleanFlag('check', 'validate the file and ask no registry', OURS),
    booleanFlag('show-config', 'print the file after expansion, secrets blacked out', OURS),
    booleanFlag('plan-only', 'print the plan; with --json for other engines', OURS),
    stringFlag('images', 'FILE|-', 'do only these images of the plan, one "SOURCE DESTINATION" a line', OURS),
    stringFlag('shard', 'INDEX/COUNT', 'do only this part of the plan; auto: as the batch system says', OURS),
    stringFlag('parallel', 'N', `images copied at a time (${JOB_DEFAULTS.parallel})`, OURS),
    booleanFlag('quiet', 'print nothing but errors', { short: 'q', ...OURS }),
    booleanFlag('verify', 'check immutable tags, local bytes and parts of indexes too', OURS),
    booleanFlag('prune', 'remove tags that earlier runs of the job made and nothing selects any more', OURS),
    stringFlag('lock', 'wait|skip|fail', 'when another run of the job is under way (fail)', OURS),
    stringFlag('report', 'FILE', 'write what became of every image, as JSON', OURS),
  ],
};

/** Flags of skopeo that can be used together with `--file`. */
const WITH_FILE: ReadonlySet<string> = new Set(['digestfile', 'dry-run', 'keep-going']);

const NOT_WITH_FILE: ReadonlySet<string> = new Set([
  ...SYNC.flags.map(({ name }) => name).filter((name) => !WITH_FILE.has(name)),
  ...['override-arch', 'override-os', 'override-variant'],
]);

const CREDENTIALS = { source: 'src-creds', destination: 'dest-creds' } as const;

/** Refuses flags that would have no effect because of `--file`, rather than ignore them. Throws a usage error. */
export const refuseBesideFile = ({ values, credentials }: Pick<CommandLine, 'values' | 'credentials'>): void => {
  const secrets = (['source', 'destination'] as const).flatMap((side) => (credentials[side] ? CREDENTIALS[side] : []));
  const given = [...values.byName.keys(), ...secrets];
  const name = given.find((one) => NOT_WITH_FILE.has(one));
  if (name === undefined) return;
  throw usageError(`--${name} has no effect beside --file`, 'Set it in the file: see docs/sync.md.');
};

const ENGINE_FLAGS: ReadonlySet<string> = new Set([...GLOBAL_FLAGS, ...SYNC_COMMAND.flags].map(({ name }) => name));

/** Refuses flags that only a newer `skopeo sync` knows: our `sync` would ignore them silently. Throws a usage error. */
export const refuseUnknownToEngine = ({ skopeoFlags }: Pick<CommandLine, 'skopeoFlags'>): void => {
  const unknown = skopeoFlags.find(({ name }) => !ENGINE_FLAGS.has(name));
  if (unknown === undefined) return;
  throw usageError(
    `sync does not carry out --${unknown.name} of this newer skopeo yet`,
    'Leave it out, or run skopeo sync itself.',
  );
};
