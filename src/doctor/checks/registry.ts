import { type CheckFinding, findingsOf } from '../finding.ts';
import type { Visit } from '../visit-registry.ts';

const CERTIFICATE = /certificate|CERT|self.signed|altname/i;
const PLAIN_HTTP = /wrong version number|packet length too long/i;

const nextOf = (reason: string): string => {
  if (PLAIN_HTTP.test(reason)) return 'It speaks HTTP, not HTTPS: --tls-verify=false, or insecure in registries.conf.';
  if (CERTIFICATE.test(reason)) {
    return 'Put the certificate of its authority into /etc/containers/certs.d/REGISTRY/ca.crt, or name --cert-dir.';
  }
  if (/ENOTFOUND|EAI_AGAIN/.test(reason)) return 'Check the spelling of the name and the DNS of this host.';
  if (/\/v2\/ answers/.test(reason)) return 'Check that this is the address of a registry, not of its web pages.';
  return 'Check host, port, network and firewall; curl -v https://REGISTRY/v2/ shows more.';
};

/** Whether a registry answers as a registry does. */
export const checkRegistry = (registry: string, visit: Visit): CheckFinding => {
  const { ok, warning, error } = findingsOf('registry', registry);
  if (visit.kind === 'special') {
    const next = `skopeo-wrapper list-tags docker://${registry}/REPOSITORY goes the whole way.`;
    return warning(`${registry} is reached through a proxy, a mirror or with a client certificate: not asked`, next);
  }
  if (visit.kind === 'failed') return error(`${registry} does not answer: ${visit.reason}`, nextOf(visit.reason));
  if (visit.origin.startsWith('https:')) return ok(`${registry} answers`);
  return warning(`${registry} answers without encryption`, 'Give it a certificate; logins are sent in clear.');
};
