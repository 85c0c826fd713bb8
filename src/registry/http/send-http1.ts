import { type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { type HttpAnswer, type HttpRequest, silence } from './message.ts';
import { readBody } from './read-body.ts';

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
