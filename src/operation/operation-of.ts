import type { Operation } from '../tracking/vocabulary.ts';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  copy: 'copy',
  delete: 'delete',
  exists: 'image_exists',
  inspect: 'inspect',
  'list-tags': 'list_tags',
  'manifest-digest': 'manifest_digest',
  sync: 'sync',
};

/** What a subcommand is counted as; those without an operation of their own are `other`. */
export const operationOf = (subcommand: string): Operation =>
  (Object.hasOwn(OPERATIONS, subcommand) ? OPERATIONS[subcommand] : undefined) ?? 'other';
