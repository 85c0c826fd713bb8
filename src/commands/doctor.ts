import { oclifFlags } from '../cli/oclif-flags.ts';
import { runDoctor } from '../cli/run-doctor.ts';
import { WrapperCommand } from '../cli/wrapper-command.ts';
import { parseCommandLine } from '../command-line/command-line.ts';
import { DOCTOR } from '../command-line/flags/own-commands.ts';
import { SKOPEO_FLAGS } from '../command-line/flags/table.ts';

/** Whether a run with these flags would find all it needs. */
export class DoctorCommand extends WrapperCommand {
  static override readonly oclifParses = false;
  static override id = 'doctor';
  static override strict = false;
  static override summary = DOCTOR.summary;
  static override usage = ['doctor', ...DOCTOR.operands].join(' ');
  static override flags = oclifFlags(DOCTOR);

  async run(): Promise<number> {
    return runDoctor(
      parseCommandLine(this.argv, this.context.env, { ...SKOPEO_FLAGS, subcommands: [DOCTOR] }),
      this.context,
    );
  }
}
