import { once } from 'node:events';
import type {
  Agent,
  ClientRequest,
  IncomingMessage,
  OutgoingHttpHeaders,
  RequestOptions,
  ServerResponse,
} from 'node:http';
import { forwardBody, type Outlet } from './faulty-stream.ts';
import type { RequestRecord } from './journal.ts';
import type { CannedAnswer, Fault } from './rules.ts';
import type { Throttle } from './throttle.ts';

/** The registry behind the proxy, and the link to the client. */
export interface Upstream {
  readonly send: (options: RequestOptions) => ClientRequest;
  readonly agent: Agent;
  readonly options: RequestOptions;
  readonly down: Throttle;
  readonly up: Throttle;
}

/** One request of a client and all that is needed to answer it or to break it off. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly record: RequestRecord;
  /** Ends the client's connection: in an orderly way or by RST. */
  readonly cut: (reset: boolean) => void;
}

const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade']);

const answerHeaders = (headers: IncomingMessage['headers'], changes: Fault['headers'] = {}): OutgoingHttpHeaders => {
  const kept = Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && changes[name] !== null);
  const set = Object.entries(changes).filter(([, value]) => value !== null);
  return Object.fromEntries([...kept, ...set]) as OutgoingHttpHeaders;
};

/** Answers from the rule, in the registry's place. */
export const answerCanned = ({ request, response, record }: Exchange, answer: CannedAnswer): void => {
  for (const [name, value] of Object.entries(answer.headers ?? {})) {
    response.setHeader(name, value.replaceAll('{path}', request.url ?? '/'));
  }
  record.status = answer.status;
  response.writeHead(answer.status);
  response.end(request.method === 'HEAD' ? '' : (answer.body ?? ''));
};

const write = (stream: ClientRequest | ServerResponse, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => stream.write(bytes, (error) => (error ? reject(error) : resolve())));

const sendUp = (exchange: Exchange, upstream: Upstream, fault: Fault): ClientRequest => {
  const { request, record, cut } = exchange;
  const sent = upstream.send({
    ...upstream.options,
    agent: upstream.agent,
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers: request.headers,
  });
  const outlet: Outlet = {
    write: (bytes) => write(sent, bytes),
    end: () => sent.end(),
    cut(reset) {
      sent.destroy();
      cut(reset);
    },
    passed(bytes) {
      record.upBytes += bytes;
    },
  };
  forwardBody(request, fault.up ?? {}, upstream.up, outlet).catch(() => sent.destroy());
  return sent;
};

/** Forwards a request to the registry and its answer back, with the faults of the rule. */
export const forward = async (exchange: Exchange, upstream: Upstream, fault: Fault): Promise<void> => {
  const { response, record, cut } = exchange;
  const sent = sendUp(exchange, upstream, fault);
  response.once('close', () => sent.destroy());
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  record.status = fault.status ?? answer.statusCode ?? 502;
  response.writeHead(record.status, answerHeaders(answer.headers, fault.headers));
  response.flushHeaders();
  const outlet: Outlet = {
    write: (bytes) => write(response, bytes),
    end() {
      response.end();
      record.completed = true;
    },
    cut(reset) {
      cut(reset);
      answer.destroy();
    },
    passed(bytes) {
      record.downBytes += bytes;
    },
  };
  await forwardBody(answer, fault.down ?? {}, upstream.down, outlet);
};
