import type { Command, Interfaces } from '@oclif/core';
import { Config } from '@oclif/core/config';
import manifest from '../../oclif.manifest.json' with { type: 'json' };
import pjson from '../../package.json' with { type: 'json' };

/** The manifest as oclif types it. oclif generates it, and a test keeps it up to date. */
const CACHED_COMMANDS = manifest.commands as unknown as Readonly<Record<string, Command.Cached>>;

/** oclif only shows help from the manifest and never runs a command here: `main` does that. */
const neverLoaded = async (): Promise<never> => {
  throw new Error('oclif was asked to load a command');
};

/**
 * Our commands as a ready-made plugin. With it, oclif searches for nothing on disk: no package.json, no manifest, no
 * other plugins. So it also works inside a single executable.
 */
const readyPlugin = (): Interfaces.Plugin => ({
  _base: '',
  alias: pjson.name,
  commandIDs: Object.keys(CACHED_COMMANDS),
  commands: Object.values(CACHED_COMMANDS).map((cached) => ({ ...cached, load: neverLoaded })),
  commandsDir: undefined,
  findCommand: neverLoaded,
  hasManifest: true,
  hooks: {},
  isRoot: true,
  load: async () => undefined,
  moduleType: 'module',
  name: pjson.name,
  options: { root: '' },
  pjson: pjson as unknown as Interfaces.PJSON,
  root: '',
  topics: [],
  type: 'core',
  valid: true,
  version: pjson.version,
});

/** oclif's view of the program: what help and the parser of our own commands need. */
export const loadOclifConfig = (): Promise<Config> => {
  const plugin = readyPlugin();
  const plugins = new Map([[plugin.name, plugin]]);
  return Config.load({ root: '', pjson: plugin.pjson, plugins, userPlugins: false, devPlugins: false });
};
