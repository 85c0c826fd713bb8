/**
 * test-matrix.mjs [PATTERN ...]: runs the tests whose path contains a pattern (default: test/dropin/) once with the
 * installed skopeo and once with each newer one, which are fetched first where they are missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const patterns = process.argv.slice(2);

const run = (script, args, env = {}) => {
  const options = { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } };
  return spawnSync(process.execPath, [join(root, 'scripts', script), ...args], options).status ?? 1;
};

const fetched = () => globSync('.cache/skopeo/*/skopeo', { cwd: root }).map((path) => join(root, path));
if (fetched().length === 0 && run('fetch-skopeo.mjs', []) !== 0) process.exit(69);

let worst = 0;
for (const skopeo of ['skopeo', ...fetched()]) {
  process.stdout.write(`\n${skopeo}${existsSync(skopeo) ? '' : ' of PATH'}\n`);
  worst = Math.max(worst, run('test.mjs', patterns.length > 0 ? patterns : ['test/dropin/'], { SKOPEO: skopeo }));
}
process.exitCode = worst;
