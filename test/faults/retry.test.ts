import { testFaults } from './faults.ts';
import { RETRY_FAULTS } from './tables/retry.ts';

testFaults('retry', RETRY_FAULTS);
