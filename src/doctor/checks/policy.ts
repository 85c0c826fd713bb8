import * as z from 'zod';
import { errorCode, messageOf } from '../../errors/system-error.ts';
import { readNamed } from '../../host/named-files.ts';
import { type CheckFinding, findingsOf } from '../finding.ts';

const requirements = z.array(z.object({ type: z.string() })).min(1);
/** Source: containers-policy.json(5). */
const policySchema = z.object({
  default: requirements,
  transports: z.record(z.string(), z.record(z.string(), requirements)).default({}),
});

const rejects = (list: z.infer<typeof requirements>): boolean => list.some(({ type }) => type === 'reject');

const INSTALL = 'Install the package containers-common (Debian: golang-github-containers-common), or name --policy.';
const REPAIR = 'See containers-policy.json(5); {"default":[{"type":"insecureAcceptAnything"}]} accepts all.';

const judgePolicy = (path: string, text: string): CheckFinding => {
  const { ok, error } = findingsOf('policy', path);
  const policy = policySchema.safeParse(JSON.parse(text));
  if (!policy.success) {
    const [issue] = policy.error.issues;
    return error(`the policy ${path} is not valid: ${issue?.path.join('.')}: ${issue?.message}`, REPAIR);
  }
  const scopes = Object.values(policy.data.transports).flatMap((transport) => Object.values(transport));
  if (!rejects(policy.data.default)) return ok(`the policy ${path} lets images pass`);
  if (scopes.every(rejects)) return error(`the policy ${path} rejects every image`, REPAIR);
  return ok(`the policy ${path} lets images pass that it names`);
};

/** More than any policy needs. */
const MAX_BYTES = 16 * 1024 ** 2;

/** A process that writes a policy into a pipe does so at once. */
const PATIENCE_MS = 5_000;

/** The first of the files that exists decides, as for skopeo. */
export const checkPolicy = async (candidates: readonly string[]): Promise<CheckFinding> => {
  for (const path of candidates) {
    const { error } = findingsOf('policy', path);
    try {
      return judgePolicy(path, (await readNamed(path, MAX_BYTES, AbortSignal.timeout(PATIENCE_MS))).toString());
    } catch (problem) {
      if (problem instanceof SyntaxError) return error(`the policy ${path} is no JSON: ${problem.message}`, REPAIR);
      if (errorCode(problem) === 'ENOENT') continue;
      return error(
        `the policy ${path} cannot be read (${errorCode(problem) || messageOf(problem)})`,
        `chmod a+r ${path}`,
      );
    }
  }
  const all = candidates.join(' or ');
  return findingsOf('policy', all).error(`there is no policy: skopeo will copy nothing without ${all}`, INSTALL);
};
