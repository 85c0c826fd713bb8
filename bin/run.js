#!/usr/bin/env node
if (Number.parseInt(process.versions.node, 10) < 24) {
  process.stderr.write(`skopeo-wrapper: Node 24 or newer is needed; this is ${process.version}.\n`);
  process.exitCode = 69;
} else {
  await import('../dist/skopeo-wrapper.cjs');
}
