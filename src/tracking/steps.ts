import type { OperationEvent } from './events.ts';
import type { Operation, Step } from './vocabulary.ts';

/** The step that an event leads to; undefined when it changes nothing. Only copies have steps. */
export const stepAfter = (operation: Operation, event: OperationEvent): Step | undefined => {
  if (operation !== 'copy' && operation !== 'sync') return 'running';
  switch (event.type) {
    case 'attempt-started':
      return 'starting';
    case 'image-started':
    case 'list-started':
    case 'signatures-reading':
      return 'getting_signatures';
    case 'blob-started':
    case 'blob-progress':
      return event.blob.kind === 'config' ? 'copying_config' : 'copying_blob';
    case 'manifest-writing':
      return 'writing_manifest';
    case 'signatures-storing':
      return 'storing_signatures';
    case 'retrying':
      return 'retry_wait';
    default:
      return undefined;
  }
};
