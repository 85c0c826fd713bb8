import semver from 'semver';
import { defined } from '../../defined.ts';
import type { FlagSpec, ValueKind } from './spec.ts';

/** The oldest version of skopeo that the table was compared with. */
export const OLDEST_KNOWN_VERSION = '1.9.0';

/**
 * The newest version of skopeo that the table was compared with; a newer one may have flags that the table does not
 * have.
 */
export const NEWEST_KNOWN_VERSION = '1.22.0';

/** Words that cobra writes after a flag for the type of its value; any other word is the name of a string value. */
const KINDS: Readonly<Record<string, ValueKind>> = {
  int: 'integer',
  uint: 'integer',
  ints: 'integer',
  duration: 'duration',
};

const FLAG_LINE = /^ {2,6}(?:-(?<short>\w), )?--(?<name>[\w.-]+)(?: (?<type>\S+))?(?: {3,}(?<description>.*))?$/;

/** The flags in a help text of skopeo (cobra). If the text does not show the kind of a flag, its value is a string. */
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

/** Whether this skopeo may have flags that the table does not have. */
export const isNewerThanKnown = (version: string): boolean => {
  const release = semver.coerce(version);
  return release !== null && semver.gt(release, NEWEST_KNOWN_VERSION);
};
