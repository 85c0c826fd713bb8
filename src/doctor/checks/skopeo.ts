import { NEWEST_KNOWN_VERSION, OLDEST_KNOWN_VERSION } from '../../command-line/flags/help.ts';
import { WrapperError } from '../../errors/wrapper-error.ts';
import { findSkopeo, type Skopeo, type SkopeoSearch, supports } from '../../skopeo/binary.ts';
import { type CheckFinding, findingsOf } from '../finding.ts';

const judgeVersion = ({ path, version }: Skopeo): CheckFinding => {
  const { ok, warning, error } = findingsOf('skopeo', path);
  const found = `${path} is skopeo ${version}`;
  if (!supports(version, OLDEST_KNOWN_VERSION)) {
    return error(`${found}, which is too old`, `Install ${OLDEST_KNOWN_VERSION} or newer; --skopeo-path names it.`);
  }
  if (supports(NEWEST_KNOWN_VERSION, version)) return ok(found);
  const next = `If it misbehaves, use a newer skopeo-wrapper, or skopeo ${NEWEST_KNOWN_VERSION}.`;
  return warning(`${found}, newer than any that was tried`, next);
};

/** Whether there is a skopeo that runs and has a known version. `skopeo`: the one that was found. */
export const checkSkopeo = async (search: SkopeoSearch): Promise<{ finding: CheckFinding; skopeo?: Skopeo }> => {
  try {
    const skopeo = await findSkopeo(search);
    return { finding: judgeVersion(skopeo), skopeo };
  } catch (error) {
    if (!(error instanceof WrapperError)) throw error;
    return { finding: findingsOf('skopeo', search.skopeoPath ?? 'skopeo').error(error.message, error.next) };
  }
};
