import { testFaults } from './faults.ts';
import { BODY_FAULTS } from './tables/body.ts';

testFaults('body', BODY_FAULTS);
