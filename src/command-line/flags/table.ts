import { COPY } from './copy.ts';
import { GLOBAL_FLAGS } from './global.ts';
import {
  GENERATE_SIGSTORE_KEY,
  IMAGE_PROXY,
  MANIFEST_DIGEST,
  SIGNATURE_DUMP,
  STANDALONE_SIGN,
  STANDALONE_VERIFY,
} from './local-commands.ts';
import { DELETE, INSPECT, LAYERS, LIST_TAGS, LOGIN, LOGOUT } from './registry-commands.ts';
import type { FlagSpec, SubcommandSpec } from './spec.ts';
import { SYNC } from './sync.ts';

/**
 * Every subcommand of skopeo 1.9 to 1.22 with all its flags; parsing, help and completion use it. A test compares it
 * with the `--help` of real versions; `since` for versions between those comes from skopeo's release notes.
 */
export const SUBCOMMANDS: readonly SubcommandSpec[] = [
  COPY,
  DELETE,
  GENERATE_SIGSTORE_KEY,
  INSPECT,
  LAYERS,
  LIST_TAGS,
  LOGIN,
  LOGOUT,
  MANIFEST_DIGEST,
  IMAGE_PROXY,
  STANDALONE_SIGN,
  STANDALONE_VERIFY,
  SIGNATURE_DUMP,
  SYNC,
];

/** The flags and subcommands by which a command line is parsed. */
export interface FlagTable {
  /** Valid before and after the subcommand. */
  readonly globalFlags: readonly FlagSpec[];
  readonly subcommands: readonly SubcommandSpec[];
}

/** The flags of skopeo. */
export const SKOPEO_FLAGS: FlagTable = { globalFlags: GLOBAL_FLAGS, subcommands: SUBCOMMANDS };

/** The subcommand of that name, or undefined: skopeo may be newer than this table. */
export const subcommandSpec = (
  name: string,
  subcommands: readonly SubcommandSpec[] = SUBCOMMANDS,
): SubcommandSpec | undefined => subcommands.find((subcommand) => subcommand.name === name);
