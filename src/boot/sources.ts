import { boot } from './boot.ts';

/** The entry of `bin/dev.js`, which runs the sources as they are. */
boot(process.argv.slice(2), () => import('../main.ts'));
