import semver from 'semver';
import { defined } from '../../defined.ts';
import type { FlagSpec, ValueKind } from './spec.ts';

/** The oldest version that the table was held against. */
export const OLDEST_KNOWN_VERSION = '1.9.0';

/** The newest version that the table was held against; a newer skopeo may know flags that the table does not. */
export const NEWEST_KNOWN_VERSION = '1.22.0';

/** Words that cobra puts behind a flag for the type of its value; other words are names of string values. */
const KINDS: Readonly<Record<string, ValueKind>> = {
  int: 'integer',
  uint: 'integer',
  ints: 'integer',
  duration: 'duration',
};

const FLAG_LINE = /^ {2,6}(?:-(?<short>\w), )?--(?<name>[\w.-]+)(?: (?<type>\S+))?(?: {3,}(?<description>.*))?$/;

/** The flags in a help text of skopeo (cobra). Of flags whose kind it does not tell, the value is a string. */
export const flagsFromHelp = (help: string): readonly FlagSpec[] =>
  help.split('\n').flatMap((line): FlagSpec[] => {
    const { name, short, type, description = '' } = FLAG_LINE.exec(line)?.groups ?? {};
    if (name === undefined) return [];
    return [
      {
        name,
        kind: type === undefined ? 'boolean' : (KINDS[type] ?? 'string'),
        description,
        ...defined({ short }),
        ...(type !== undefined && { placeholder: type.toUpperCase() }),
        ...((type === 'strings' || type === 'ints') && { repeatable: true }),
      },
    ];
  });

/** Flags of the table, and those that a newer skopeo shows in its help and the table does not have. */
export const withFlagsFromHelp = (flags: readonly FlagSpec[], help: string): readonly FlagSpec[] => {
  const known = new Set(['help', 'version', ...flags.map(({ name }) => name)]);
  return [...flags, ...flagsFromHelp(help).filter(({ name }) => !known.has(name))];
};

/** Whether that skopeo may know flags that the table does not. */
export const isNewerThanKnown = (version: string): boolean => {
  const release = semver.coerce(version);
  return release !== null && semver.gt(release, NEWEST_KNOWN_VERSION);
};
