import { createRequire } from 'node:module';
import { boot } from './boot.ts';
import { loadProgramFile } from './program-file.ts';

/** The entry of `bin/run.js`: the bundles of `dist/`. */
boot(process.argv.slice(2), () => loadProgramFile(createRequire(import.meta.url), import.meta.dirname));
