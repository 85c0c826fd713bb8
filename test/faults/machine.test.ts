import { testFaults } from './faults.ts';
import { MACHINE_FAULTS } from './tables/machine.ts';

testFaults('machine', MACHINE_FAULTS);
