import { testFaults } from './faults.ts';
import { MISBEHAVIOUR_FAULTS } from './tables/misbehaviour.ts';

testFaults('misbehaviour', MISBEHAVIOUR_FAULTS);
