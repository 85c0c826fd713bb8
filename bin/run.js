#!/usr/bin/env node
import module from 'node:module';

const { HOME, XDG_CACHE_HOME = HOME && `${HOME}/.cache` } = process.env;
if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(`skopeo-wrapper: Node 24 or newer is needed; this is ${process.version}.\n`);
  process.exitCode = 69;
} else {
  // Compiling the program takes longer than running it. A cache that cannot be kept is no error.
  if (XDG_CACHE_HOME) module.enableCompileCache(`${XDG_CACHE_HOME}/skopeo-wrapper`);
  module.createRequire(import.meta.url)('../dist/skopeo-wrapper.cjs'); // import() would search it for exports first
}
