import { SYNC } from './commands.ts';
import type { Fault } from './fault.ts';
import { testFaults } from './faults.ts';
import { ANSWER_FAULTS } from './tables/answer.ts';
import { BODY_FAULTS } from './tables/body.ts';
import { CONNECTION_FAULTS } from './tables/connection.ts';
import { STATUS_FAULTS } from './tables/http-status.ts';
import { RETRY_FAULTS } from './tables/retry.ts';

/**
 * Rows that a sync is spared: a rate limit without Retry-After costs 30 s at every look, of which it has several; and
 * what is cut or answered in many variants is the work of the skopeo that copies, which `copy` has tried.
 */
const SPARED = /^rate limited without|blob cut at|in HTML$|answered (?:408|413|502|504)/;

const isTried = ({ name }: Fault): boolean => !SPARED.test(name);

testFaults(
  'sync',
  [...CONNECTION_FAULTS, ...BODY_FAULTS, ...STATUS_FAULTS, ...RETRY_FAULTS, ...ANSWER_FAULTS].filter(isTried),
  SYNC,
);
