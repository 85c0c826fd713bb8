import { systemClock } from '../../../src/context.ts';
import { tryLock } from '../../../src/metrics/textfile/lock.ts';

/** A process that takes the lock named by its argument, says so and keeps it until it is killed. */
const lock = await tryLock(process.argv[2] ?? '', systemClock);
process.stdout.write(lock === undefined ? 'busy\n' : 'held\n');
setInterval(() => undefined, 1_000);
