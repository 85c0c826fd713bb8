import { imageFlags, RETRY_FLAGS, registryFlags } from './image.ts';
import { booleanFlag, type SubcommandSpec, stringFlag } from './spec.ts';

export const INSPECT: SubcommandSpec = {
  name: 'inspect',
  summary: 'Show what is known of an image',
  operands: ['IMAGE-NAME'],
  flags: [
    booleanFlag('config', 'show the configuration'),
    stringFlag('format', 'TEMPLATE', 'Go template of the output', { short: 'f' }),
    booleanFlag('no-tags', 'do not list the tags of the repository', { short: 'n' }),
    booleanFlag('raw', 'show the manifest or configuration byte for byte'),
    ...imageFlags(''),
    ...RETRY_FLAGS,
  ],
};

export const DELETE: SubcommandSpec = {
  name: 'delete',
  summary: 'Delete an image',
  operands: ['IMAGE-NAME'],
  flags: [...imageFlags(''), ...RETRY_FLAGS],
};

export const LIST_TAGS: SubcommandSpec = {
  name: 'list-tags',
  summary: 'List the tags of a repository',
  operands: ['SOURCE-IMAGE'],
  flags: [...registryFlags(''), ...RETRY_FLAGS],
};

/** Deprecated by skopeo in favour of `copy`. */
export const LAYERS: SubcommandSpec = {
  name: 'layers',
  summary: 'Get layers of an image',
  operands: ['IMAGE-NAME', '[LAYER...]'],
  flags: [...imageFlags(''), ...RETRY_FLAGS],
  hidden: true,
};
