import type { IncomingMessage } from 'node:http';
import { type Answer, sendAnswer, textAnswer } from './answer.ts';
import { checkHost, checkMethod, checkOrigin } from './request-checks.ts';
import type { HttpHandler, Route } from './routes.ts';
import type { AnswerRequest } from './server.ts';
import type { CheckBasicAuth } from './web-config/basic-auth.ts';
import type { ReloadingWebConfig } from './web-config/reloading.ts';

/** Everything that answering takes; the same for all listening addresses. */
export interface RequestContext {
  readonly routes: ReadonlyMap<string, Route>;
  readonly allowedHosts: readonly string[];
  readonly webConfig: ReloadingWebConfig;
  readonly checkBasicAuth: CheckBasicAuth;
  /** Told of every answer, before it is sent. */
  readonly onAnswer: (handler: HttpHandler, status: number) => void;
  readonly isClosing: () => boolean;
  readonly onWarning: (message: string) => void;
}

/** Checks a request from the cheapest to the dearest, then lets its route answer. */
const answerRequest = async (
  request: IncomingMessage,
  route: Route | undefined,
  boundToLoopback: boolean,
  context: RequestContext,
): Promise<Answer> => {
  const { headers, method } = request;
  const { allowedHosts, webConfig, checkBasicAuth } = context;
  const refusal =
    checkHost(headers.host, { boundToLoopback, allowedHosts }) ??
    checkOrigin(headers) ??
    (await checkBasicAuth(webConfig.current().users, headers.authorization));
  if (refusal !== undefined) return refusal;
  if (route === undefined) return textAnswer(404, 'Not found.');
  return checkMethod(method) ?? (await route.answer(headers));
};

/** Makes what answers the requests of all addresses. It never throws; a bug of ours becomes status 500 and a warning. */
export const createRequestHandler =
  (context: RequestContext): AnswerRequest =>
  async (request, response, onLoopback) => {
    const [path = ''] = (request.url ?? '').split('?');
    const route = context.routes.get(path);
    try {
      const answer = await answerRequest(request, route, onLoopback, context);
      const closing = context.isClosing() ? { Connection: 'close' } : {};
      context.onAnswer(route?.handler ?? 'other', answer.status);
      sendAnswer(response, answer, { ...context.webConfig.current().headers, ...closing });
    } catch (error) {
      context.onWarning(`a request could not be answered: ${error instanceof Error ? error.message : error}`);
      context.onAnswer(route?.handler ?? 'other', 500);
      if (!response.headersSent) sendAnswer(response, textAnswer(500, 'Internal error.'), {});
      else response.destroy();
    }
  };
