import pjson from '../../package.json' with { type: 'json' };

/** Whether the command line asks for nothing but our version. Elsewhere `-v` may belong to a command. */
export const isVersionRequest = ([first]: readonly string[]): boolean => first === '--version' || first === '-v';

/** oclif's version line, made without oclif: name, version, platform and the Node inside. */
export const versionLine = (): string =>
  `${pjson.name}/${pjson.version} ${process.platform}-${process.arch} node-${process.version}\n`;
