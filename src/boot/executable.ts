import { boot } from './boot.ts';
import { loadEmbeddedProgram } from './embedded-program.ts';

/** The entry of the executables. All but the way to the program stays out of it, so that it is compiled in no time. */
boot(process.argv.slice(2), () => loadEmbeddedProgram(require));
