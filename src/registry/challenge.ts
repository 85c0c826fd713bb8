import { defined } from '../defined.ts';
/** What a registry asks for: a token from elsewhere, a password, nothing, or something that is not known here. */
export type Challenge =
  | { readonly scheme: 'none' }
  | { readonly scheme: 'basic' }
  | { readonly scheme: 'bearer'; readonly realm: URL; readonly service?: string }
  | { readonly scheme: 'unknown' };

const PARAMETER = /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi;

const parameters = (text: string): ReadonlyMap<string, string> =>
  new Map(
    [...text.matchAll(PARAMETER)].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      (quoted ?? plain ?? '').replace(/\\(.)/g, '$1'),
    ]),
  );

/** Reads a `WWW-Authenticate` header. Source: Docker distribution, token authentication specification. */
export const parseChallenge = (header: string | undefined): Challenge => {
  const [, scheme = '', rest = ''] = /^\s*([A-Za-z]+)\s*(.*)$/s.exec(header ?? '') ?? [];
  if (scheme.toLowerCase() === 'basic') return { scheme: 'basic' };
  if (scheme.toLowerCase() !== 'bearer') return { scheme: 'unknown' };
  const found = parameters(rest);
  const realm = URL.parse(found.get('realm') ?? '');
  if (realm === null || !/^https?:$/.test(realm.protocol)) return { scheme: 'unknown' };
  const service = found.get('service');
  return { scheme: 'bearer', realm, ...defined({ service }) };
};
