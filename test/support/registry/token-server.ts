import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate.ts';

/** A token that was asked for. */
export interface TokenRequest {
  readonly user: string | undefined;
  readonly scopes: readonly string[];
  readonly granted: boolean;
}

/** Speaks the Docker token protocol (distribution: spec/auth/token) for one registry. */
export interface TokenServer extends AsyncDisposable {
  readonly realm: string;
  readonly requests: readonly TokenRequest[];
}

export interface TokenServerOptions {
  readonly issuer: string;
  readonly users: Readonly<Record<string, string>>;
  readonly anonymousPull?: boolean;
  /** How long a token is good for; the protocol's minimum is 60. */
  readonly expiresInSeconds?: number;
  readonly signer: Certificate;
}

interface Access {
  readonly type: string;
  readonly name: string;
  readonly actions: readonly string[];
}

/** `repository:team/app:pull,push`; the name may hold colons of a port. */
const parseScope = (scope: string): Access => {
  const parts = scope.split(':');
  return { type: parts[0] ?? '', name: parts.slice(1, -1).join(':'), actions: (parts.at(-1) ?? '').split(',') };
};

const basicCredentials = (request: IncomingMessage): { user: string; password: string } | undefined => {
  const encoded = /^Basic (.+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [user = '', ...password] = Buffer.from(encoded, 'base64').toString().split(':');
  return { user, password: password.join(':') };
};

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Starts a token server on a free loopback port; it signs with the key whose certificate the registry trusts. */
export const startTokenServer = async (options: TokenServerOptions): Promise<TokenServer> => {
  const { issuer, users, anonymousPull = false, expiresInSeconds = 300, signer } = options;
  const key = createPrivateKey(await readFile(signer.key));
  const chain = new X509Certificate(await readFile(signer.certificate)).raw.toString('base64');
  const requests: TokenRequest[] = [];

  const issueToken = (subject: string, audience: string, access: readonly Access[]): string => {
    const now = Math.floor(Date.now() / 1000);
    const times = { nbf: now - 60, iat: now, exp: now + expiresInSeconds };
    const claims = { iss: issuer, sub: subject, aud: audience, jti: `${now}-${requests.length}`, access, ...times };
    const signed = `${base64url({ typ: 'JWT', alg: 'ES256', x5c: [chain] })}.${base64url(claims)}`;
    const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
    return `${signed}.${signature.toString('base64url')}`;
  };

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const scopes = url.searchParams.getAll('scope').flatMap((scope) => scope.split(' '));
    const credentials = basicCredentials(request);
    const known = credentials !== undefined && users[credentials.user] === credentials.password;
    const granted = credentials === undefined ? anonymousPull : known;
    requests.push({ user: credentials?.user, scopes, granted });
    response.setHeader('content-type', 'application/json');
    if (!granted) {
      response.statusCode = 401;
      response.end(JSON.stringify({ details: 'incorrect username or password' }));
      return;
    }
    const access = scopes
      .map(parseScope)
      .map((entry) => (known ? entry : { ...entry, actions: entry.actions.filter((action) => action === 'pull') }));
    const token = issueToken(credentials?.user ?? '', url.searchParams.get('service') ?? '', access);
    response.end(JSON.stringify({ token, access_token: token, expires_in: expiresInSeconds }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    realm: `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
