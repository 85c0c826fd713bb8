import { testRows } from './streams/run-table.ts';
import { SAMPLE } from './streams/table.ts';

await testRows(SAMPLE);
