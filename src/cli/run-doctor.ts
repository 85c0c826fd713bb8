import { join, resolve } from 'node:path';
import { type CommandLine, isSet, textOf } from '../command-line/command-line.ts';
import { refuseOperands } from '../command-line/refusals.ts';
import type { Context } from '../context.ts';
import { defined } from '../defined.ts';
import { doctorJson, renderDiagnosis } from '../display/doctor.ts';
import { type DoctorTask, diagnose } from '../doctor/diagnose.ts';
import { usageError } from '../errors/wrapper-error.ts';
import { REGISTRY } from '../metrics/contract/definition.ts';
import { defaultStateDir } from '../metrics/state/files/state-directory.ts';
import { withinLimit } from './with-run.ts';

/** Where skopeo puts large temporary files by default. */
const SKOPEO_TMPDIR = '/var/tmp';

/** The registry that an operand names: `quay.io`, `docker://quay.io`. Throws a usage error. */
const registryOfOperand = (operand: string): string => {
  const registry = operand
    .replace(/^(?:docker|https?):\/\//, '')
    .replace(/\/$/, '')
    .toLowerCase();
  if (REGISTRY.pattern.test(registry)) return registry;
  throw usageError(`${JSON.stringify(operand)} is no registry`, 'Give host or host:port, such as quay.io.');
};

const policyFiles = (line: CommandLine, { env, cwd }: Context): readonly string[] => {
  if (isSet(line, 'insecure-policy')) return [];
  const given = textOf(line, 'policy');
  if (given !== undefined) return [resolve(cwd, given)];
  const own = env.HOME ? [join(env.HOME, '.config/containers/policy.json')] : [];
  return [...own, '/etc/containers/policy.json'];
};

const examinationOf = (line: CommandLine, context: Context): DoctorTask => {
  const { own, values, operands } = line;
  const { env, cwd, uid } = context;
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(cwd, path));
  const [authFile, certDirectory] = [absolute(values.authfile.image), absolute(values.certDir.image)];
  return {
    registries: operands.map(registryOfOperand),
    access: {
      ...defined({ authFile, certDirectory, tlsVerify: values.tlsVerify.image }),
    },
    skopeoPath: own.skopeoPath,
    ...(own.noState ? {} : { state: { path: absolute(own.stateDir) ?? defaultStateDir(env, uid) } }),
    textfile: absolute(own.metricsTextfile),
    policyFiles: policyFiles(line, context),
    temporaryDirectory: resolve(cwd, textOf(line, 'tmpdir') ?? (env.TMPDIR || SKOPEO_TMPDIR)),
  };
};

/** Checks whether a run with these flags would find all it needs, and prints the findings. Returns the exit status. */
export const runDoctor = async (line: CommandLine, context: Context): Promise<number> => {
  refuseOperands(line);
  const diagnosis = await withinLimit(line, context, () => diagnose(examinationOf(line, context), context));
  const { redactor, stdout } = context;
  stdout.write(
    line.own.json ? `${redactor.json(doctorJson(diagnosis))}\n` : redactor.redact(renderDiagnosis(diagnosis)),
  );
  return diagnosis.exitCode;
};
