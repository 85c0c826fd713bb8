import { SYNC } from './commands.ts';
import { testFaults } from './faults.ts';
import { ANSWER_FAULTS } from './tables/answer.ts';
import { BODY_FAULTS } from './tables/body.ts';
import { CONNECTION_FAULTS } from './tables/connection.ts';
import { STATUS_FAULTS } from './tables/http-status.ts';
import { RETRY_FAULTS } from './tables/retry.ts';

testFaults('sync', [...BODY_FAULTS, ...STATUS_FAULTS, ...RETRY_FAULTS, ...ANSWER_FAULTS], SYNC);
