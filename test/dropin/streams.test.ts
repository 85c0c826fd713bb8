import { sample } from '../support/sample.ts';
import { testRows } from './streams/run-table.ts';
import { SAMPLE } from './streams/table.ts';

await testRows(sample(SAMPLE, 7));
