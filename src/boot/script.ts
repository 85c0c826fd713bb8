import { boot } from './boot.ts';

/** The entry where Node is there: `bin/dev.js` runs it as it is, `bin/run.js` bundled. */
boot(process.argv.slice(2), () => import('../main.ts'));
