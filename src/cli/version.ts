import pjson from '../../package.json' with { type: 'json' };

export const VERSION: string = pjson.version;

/** Whether the command line is nothing but the question for our version. In front of a command it means nothing. */
export const isVersionRequest = ([first, ...more]: readonly string[]): boolean =>
  more.length === 0 && (first === '--version' || first === '-v');

/** oclif's version line, made without oclif: name, version, platform and the Node inside. */
export const versionLine = (): string =>
  `${pjson.name}/${VERSION} ${process.platform}-${process.arch} node-${process.version}\n`;
