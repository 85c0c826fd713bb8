import type { Context } from '../context.ts';
import { EXIT } from '../errors/wrapper-error.ts';
import type { RegistryAccess } from '../registry/access.ts';
import { checkClock } from './checks/clock.ts';
import { checkLogin } from './checks/login.ts';
import { checkPolicy } from './checks/policy.ts';
import { checkRegistry } from './checks/registry.ts';
import { checkSkopeo } from './checks/skopeo.ts';
import { checkSpace } from './checks/space.ts';
import { checkStateDirectory } from './checks/state-directory.ts';
import { checkTextfile } from './checks/textfile.ts';
import type { CheckFinding } from './finding.ts';
import { visitRegistry } from './visit-registry.ts';

/** What is to be checked. Paths are absolute. */
export interface DoctorTask {
  /** `host[:port]` */
  readonly registries: readonly string[];
  readonly access: RegistryAccess;
  readonly skopeoPath: string | undefined;
  /** Absent: runs leave no state. A path of undefined: there is no default. */
  readonly state?: { readonly path: string | undefined };
  readonly textfile: string | undefined;
  /** Where skopeo looks for its policy; empty: it uses none. */
  readonly policyFiles: readonly string[];
  /** Where skopeo puts large temporary files. */
  readonly temporaryDirectory: string;
}

/** All findings in the order of the checks. `exitCode`: 1 if one of them is an error. */
export interface Diagnosis {
  readonly findings: readonly CheckFinding[];
  readonly exitCode: number;
}

type DiagnosisContext = Pick<Context, 'env' | 'cwd' | 'clock' | 'uid' | 'redactor'>;

const loginFlags = ({ authFile, certDirectory, tlsVerify }: RegistryAccess): readonly string[] => [
  ...(authFile === undefined ? [] : ['--authfile', authFile]),
  ...(certDirectory === undefined ? [] : ['--cert-dir', certDirectory]),
  ...(tlsVerify === undefined ? [] : [`--tls-verify=${tlsVerify}`]),
];

const examineRegistry = async (
  registry: string,
  access: RegistryAccess,
  skopeoPath: string | undefined,
  { env, cwd, clock, uid, redactor }: DiagnosisContext,
): Promise<readonly CheckFinding[]> => {
  const environment = { env, home: env.HOME ?? '/', uid, systemDirectory: '/etc/containers', redactor };
  const visit = await visitRegistry(registry, access, { environment, clock });
  const asker = { env, cwd, flags: loginFlags(access) };
  const login = skopeoPath === undefined ? [] : [await checkLogin(registry, visit, { ...asker, path: skopeoPath })];
  return [checkRegistry(registry, visit), ...login, ...checkClock(registry, visit)];
};

const examinePlaces = async (
  { state, textfile, policyFiles, temporaryDirectory }: DoctorTask,
  { clock, uid }: DiagnosisContext,
): Promise<readonly CheckFinding[]> => [
  ...(policyFiles.length === 0 ? [] : [await checkPolicy(policyFiles)]),
  ...(state === undefined ? [] : [checkStateDirectory(state.path, { clock, uid })]),
  ...(textfile === undefined ? [] : await checkTextfile(textfile, clock)),
  checkSpace(temporaryDirectory, 'large temporary files'),
  ...(state?.path === undefined ? [] : [checkSpace(state.path, 'the metrics of runs')]),
];

/** Makes all checks for a run; changes nothing. */
export const diagnose = async (examination: DoctorTask, context: DiagnosisContext): Promise<Diagnosis> => {
  const { registries, access, skopeoPath } = examination;
  const { finding, skopeo } = await checkSkopeo({ ...context, skopeoPath });
  const visits = registries.map((registry) => examineRegistry(registry, access, skopeo?.path, context));
  const places = await examinePlaces(examination, context);
  const findings = [finding, ...places, ...(await Promise.all(visits)).flat()];
  const hasError = findings.some(({ status }) => status === 'error');
  return { findings, exitCode: hasError ? EXIT.failure : EXIT.success };
};
