import { SYNC } from './commands.ts';
import { testFaults } from './faults.ts';
import { CONNECTION_FAULTS } from './tables/connection.ts';

testFaults('sync', CONNECTION_FAULTS, SYNC);
