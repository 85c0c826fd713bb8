import { testFaults } from './faults.ts';
import { ANSWER_FAULTS } from './tables/answer.ts';

testFaults('answer', ANSWER_FAULTS);
