import { testFaults } from './faults.ts';
import { CONNECTION_FAULTS } from './tables/connection.ts';

testFaults('connection', CONNECTION_FAULTS);
