import { type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import type { ClientHttp2Session, IncomingHttpHeaders, IncomingHttpStatusHeader } from 'node:http2';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type HttpAnswer, type HttpRequest, readBody, silence } from './message.ts';

/** Sends one request by HTTP/1.1. Rejects on network errors, silence, a body too large, abort. */
export const sendHttp1 = async (
  { method, url, headers, signal }: HttpRequest,
  agent: HttpAgent | HttpsAgent,
  silenceMs: number,
): Promise<HttpAnswer> => {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request = send(url, { method, headers, signal, agent }, resolve);
  request.setTimeout(silenceMs, () => request.destroy(silence(url.host)));
  request.once('error', reject);
  request.end();
  const response = await promise;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await readBody(response, url.host) };
};

type Head = IncomingHttpHeaders & IncomingHttpStatusHeader;

/**
 * Sends one request over a connection of HTTP/2. Rejects on network errors, silence, a body too large, abort. A connection
 * that was silent is given nothing more to do.
 */
export const sendHttp2 = async (
  { method, url, headers, signal }: HttpRequest,
  session: ClientHttp2Session,
  silenceMs: number,
): Promise<HttpAnswer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Head>();
  const path = `${url.pathname}${url.search}`;
  const stream = session.request({ ':method': method, ':path': path, ...headers }, { signal, endStream: true });
  stream.setTimeout(silenceMs, () => {
    stream.destroy(silence(url.host));
    session.close();
  });
  const onClose = () => reject(new Error(`${url.host} ended the connection`));
  stream.once('response', resolve).once('error', reject).once('close', onClose);
  const head = await promise;
  stream.off('close', onClose); // an error for every answer would cost more than the answer
  const body = method === 'HEAD' ? Buffer.alloc(0) : await readBody(stream, url.host);
  return { status: head[':status'] ?? 0, headers: head, body };
};
