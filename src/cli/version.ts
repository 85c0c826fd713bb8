import pjson from '../../package.json' with { type: 'json' };

export const VERSION: string = pjson.version;

/** Whether the command line only asks for our version. Before a command the option has no effect. */
export const isVersionRequest = ([first, ...more]: readonly string[]): boolean =>
  more.length === 0 && (first === '--version' || first === '-v');

/** The version line that oclif would print, made without oclif: name, version, platform and Node version. */
export const versionLine = (): string =>
  `${pjson.name}/${VERSION} ${process.platform}-${process.arch} node-${process.version}\n`;
