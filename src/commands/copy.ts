import { spawnSync } from 'node:child_process';
import { WrapperCommand } from '../cli/wrapper-command.ts';

/** Placeholder for the plumbing: skopeo itself, with the terminal handed over. */
export class Copy extends WrapperCommand {
  static override summary = 'Copy an image, with progress and metrics';
  static override description = 'Everything that skopeo copy can do, tracked.';
  static override usage = 'copy SOURCE DESTINATION';
  static override strict = false;

  async run(): Promise<number> {
    return spawnSync('skopeo', ['copy', ...this.argv], { stdio: 'inherit' }).status ?? 1;
  }
}
