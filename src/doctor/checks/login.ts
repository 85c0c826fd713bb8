import type { Env } from '../../context.ts';
import { runForText } from '../../skopeo/binary.ts';
import { type CheckFinding, findingsOf } from '../finding.ts';
import type { Visit } from '../visit-registry.ts';

/** A skopeo to ask, and how it reaches registries. */
interface LoginAsker {
  readonly path: string;
  readonly env: Env;
  readonly cwd: string;
  /** `--authfile`, `--cert-dir`, `--tls-verify`, as skopeo's `login` takes them. */
  readonly flags: readonly string[];
}

const PATIENCE_MS = 30_000;
const INVALID = /credentials are invalid/;
const IDENTITY_TOKEN = /Identity token/;

/** Runs `skopeo login`. Here it reads no password: as it cannot ask anybody, it tries the stored login. */
const login = ({ path, env, cwd, flags }: LoginAsker, ...args: string[]) =>
  runForText(path, ['login', ...flags, ...args], { env, cwd, timeout: PATIENCE_MS });

const withoutLogin = (registry: string, visit: Visit): CheckFinding => {
  const { ok, warning } = findingsOf('login', registry);
  if (visit.kind === 'answered' && !visit.wantsLogin) return ok(`${registry} needs no login`);
  const next = `If it must do more than give public images away: skopeo-wrapper login ${registry}`;
  return warning(`there is no login for ${registry}`, next);
};

/** Whether skopeo has a login for a registry, and whether the registry accepts it. The login itself is never shown. */
export const checkLogin = async (registry: string, visit: Visit, asker: LoginAsker): Promise<CheckFinding> => {
  const { ok, warning, error } = findingsOf('login', registry);
  const known = await login(asker, '--get-login', registry);
  if (known.failed) return withoutLogin(registry, visit);
  if (visit.kind === 'failed') return warning(`there is a login for ${registry}, which could not be tried`);
  const { failed, stdout, stderr, timedOut } = await login(asker, registry);
  if (!failed) return ok(`the login for ${registry} works`);
  if (IDENTITY_TOKEN.test(stderr)) return ok(`there is a login for ${registry} by a token, which was not tried`);
  const again = `Log in again: skopeo-wrapper login ${registry}`;
  if (INVALID.test(stdout)) return error(`${registry} refuses the login`, again);
  const reason = timedOut ? `no answer within ${PATIENCE_MS / 1000} s` : 'skopeo login failed';
  return warning(`the login for ${registry} could not be tried: ${reason}`, again);
};
