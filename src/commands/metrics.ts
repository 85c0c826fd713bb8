import { resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import { findWriterInfo } from '../cli/open-session.ts';
import { stateDirFlag, stateLocations } from '../cli/state-flags.ts';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { systemHost } from '../host/host.ts';
import { type HostPages, openHostPages } from '../metrics/host-metrics.ts';
import type { StateLocation } from '../metrics/state/files/state-directory.ts';
import { forgetJob } from '../metrics/state/folding/fold.ts';
import { FINAL_WAIT_MS, resolveTextfilePath, textfileAt } from '../metrics/textfile/textfile.ts';

/** Prints the metrics of every run on this host, writes them for node_exporter, forgets a job. */
export class MetricsCommand extends WrapperCommand {
  static override id = 'metrics';
  static override summary = 'Print the metrics of every run on this host, or write them for node_exporter';
  static override usage = ['metrics', 'metrics textfile PATH', 'metrics forget-job NAME'];
  static override args = {
    action: Args.string({ description: 'textfile or forget-job; nothing: print', options: ['textfile', 'forget-job'] }),
    value: Args.string({ description: 'directory or .prom file; or name of the job' }),
  };
  static override flags = { 'state-dir': stateDirFlag };

  async run(): Promise<number> {
    const { args, flags } = await this.parse(MetricsCommand);
    const locations = stateLocations(flags['state-dir'], this.context);
    const { action, value } = args;
    if (action === undefined) this.context.stdout.write(await (await this.pages(locations)).listener('text'));
    else if (value === undefined)
      throw usageError(`metrics ${action} needs ${action === 'textfile' ? 'a path' : 'a name'}`);
    else if (action === 'textfile') await this.writeTextfile(locations, value);
    else this.forget(locations, value);
    return 0;
  }

  private async pages(locations: readonly StateLocation[]): Promise<HostPages> {
    const info = await findWriterInfo(this.context, undefined);
    return openHostPages({ locations, clock: this.context.clock, info });
  }

  private async writeTextfile(locations: readonly StateLocation[], path: string): Promise<void> {
    const textfile = textfileAt(await resolveTextfilePath(resolve(this.context.cwd, path)), this.context.clock);
    const pages = await this.pages(locations);
    await textfile.write(pages.textfile, { waitMs: FINAL_WAIT_MS });
  }

  private forget(locations: readonly StateLocation[], name: string): void {
    const host = systemHost(this.context.clock);
    const results = locations.map((location) => forgetJob(location, host, name));
    if (results.every((result) => result === undefined)) {
      throw usageError(`there is no job ${JSON.stringify(name)}`, 'skopeo-wrapper status lists the jobs.');
    }
  }
}
