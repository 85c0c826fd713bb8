import { CONNECTION_FAILURES } from './classes/connection.ts';
import type { FailureClass } from './classes/failure-class.ts';
import { PROCESS_FAILURES } from './classes/process.ts';
import { REGISTRY_FAILURES } from './classes/registry.ts';
import { REQUEST_FAILURES } from './classes/request.ts';

/**
 * All ways to fail, first match wins. Patterns hold for skopeo 1.9 to 1.22 and are anchored with `: ` and the notations
 * of HTTP statuses, since references and host names within messages are chosen by users.
 */
export const FAILURE_CLASSES: readonly FailureClass[] = [
  ...REQUEST_FAILURES,
  ...CONNECTION_FAILURES,
  ...REGISTRY_FAILURES,
  ...PROCESS_FAILURES,
];
