import { testFaults } from './faults.ts';
import { STATUS_FAULTS } from './tables/http-status.ts';

testFaults('http-status', STATUS_FAULTS);
