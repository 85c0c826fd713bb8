#!/usr/bin/env node
// No import: one of node:fs loads all of Node's streams, for its list of exports.

/** A cache holds code: it must not come from a directory of somebody else, as a kept HOME may be under sudo. */
const isOurs = (directory) =>
  process.getBuiltinModule('fs').statSync(directory, { throwIfNoEntry: false })?.uid === process.getuid?.();

if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(`skopeo-wrapper: Node 24 or newer is needed; this is ${process.version}.\n`);
  process.exitCode = 69;
} else {
  const module = process.getBuiltinModule('module');
  // Compiling the program takes longer than running it. A cache that cannot be kept is no error.
  const { HOME, XDG_CACHE_HOME: caches } = process.env;
  if (caches ? isOurs(caches) : HOME && isOurs(HOME)) {
    module.enableCompileCache(`${caches || `${HOME}/.cache`}/skopeo-wrapper`);
  }
  module.createRequire(import.meta.url)('../dist/boot.cjs'); // import() would search it for exports first
}
