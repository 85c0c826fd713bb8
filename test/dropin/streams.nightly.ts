import { testRows } from './streams/run-table.ts';
import { TABLE } from './streams/table.ts';

await testRows(TABLE);
