import * as z from 'zod';
import manifest from '../../oclif.manifest.json' with { type: 'json' };

/** What can be completed as the value of a flag: one of some words, a path, or nothing. */
export type ValueWords = readonly string[] | 'path' | 'unknown';

/** A flag of a command. */
export interface FlagWords {
  readonly name: string;
  /** One letter. */
  readonly short: string | undefined;
  readonly description: string;
  /** Absent: it takes none. */
  readonly value?: ValueWords;
}

/** A command with what may follow it. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  readonly flags: readonly FlagWords[];
  /** What its operands may begin with, where that is known; paths are always possible. */
  readonly operands: readonly string[];
}

const manifestSchema = z.object({
  commands: z.record(
    z.string(),
    z.object({
      hidden: z.boolean().optional(),
      summary: z.string(),
      usage: z.union([z.string(), z.array(z.string())]).optional(),
      args: z.record(z.string(), z.object({ options: z.array(z.string()).optional() })),
      flags: z.record(
        z.string(),
        z.object({
          name: z.string(),
          char: z.string().optional(),
          description: z.string(),
          hidden: z.boolean().optional(),
          type: z.enum(['boolean', 'option']),
          helpValue: z.string().optional(),
        }),
      ),
    }),
  ),
});
type CommandManifest = z.infer<typeof manifestSchema>['commands'];

/** Transports, in the form in which operands begin with them. */
const REFERENCE_STARTS = ['docker://', 'oci:', 'dir:', 'docker-archive:', 'oci-archive:', 'containers-storage:'];

/** The words that a placeholder of skopeo's flags stands for; skopeo's help names them in the descriptions. */
const WORDS_BY_PLACEHOLDER: Readonly<Record<string, readonly string[]>> = {
  TYPE: ['oci', 'v2s1', 'v2s2'],
  TRANSPORT: ['docker', 'dir', 'yaml'],
  MODE: ['system', 'all', 'index-only'],
  FORMAT: ['gzip', 'zstd'],
};

const valueWords = (placeholder: string): ValueWords => {
  if (/^(?:DIR|FILE|PATH)\b/.test(placeholder)) return 'path';
  if (/^[a-z]+(?:\|[a-z]+)+$/.test(placeholder)) return placeholder.split('|');
  return WORDS_BY_PLACEHOLDER[placeholder] ?? 'unknown';
};

const flagWords = ({
  name,
  char,
  description,
  type,
  helpValue = '',
}: CommandManifest[string]['flags'][string]): FlagWords => ({
  name,
  short: char,
  description,
  ...(type === 'boolean' ? {} : { value: valueWords(helpValue) }),
});

const operandsOf = ({ usage = '', args }: CommandManifest[string]): readonly string[] => {
  const options = Object.values(args).flatMap((arg) => arg.options ?? []);
  return /IMAGE/.test(String(usage)) ? REFERENCE_STARTS : options;
};

/** Every command with its flags, from the manifest that help is made from: skopeo's table of flags and our own. */
export const commandWords = (): readonly CommandWords[] =>
  Object.entries(manifestSchema.parse(manifest).commands)
    .filter(([, { hidden }]) => hidden !== true)
    .map(([name, command]) => ({
      name,
      summary: command.summary,
      flags: Object.values(command.flags)
        .filter(({ hidden }) => hidden !== true)
        .map(flagWords),
      operands: operandsOf(command),
    }));
