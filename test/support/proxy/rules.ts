/** What is done to one direction of a body, after its head was let through. */
export interface StreamFault {
  readonly bytesPerSecond?: number;
  /** Ends the connection in an orderly way (FIN) after so many bytes of body. */
  readonly cutAfterBytes?: number;
  /** Ends it by RST. */
  readonly resetAfterBytes?: number;
  /** Forwards nothing more after so many bytes and keeps the connection open. */
  readonly stallAfterBytes?: number;
  /** Inverts the byte at this offset. */
  readonly corruptByteAt?: number;
}

/** An answer in the registry's place. `{path}` in a header becomes the path of the request. */
export interface CannedAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What happens to a request that a rule matches; several at once where that makes sense. */
export interface Fault {
  /** Waits before anything else: half of a round trip, or all of it. */
  readonly delayMs?: number;
  /** Answers itself, the registry never learns. The request's body is read to its end first. */
  readonly answer?: CannedAnswer;
  /** Answers at once, before the request's body has arrived, and closes. */
  readonly answerEarly?: CannedAnswer;
  /** Reads the request and never answers. */
  readonly silent?: true;
  /** Ends the connection by RST instead of answering. */
  readonly reset?: true;
  /** Ends the connection in an orderly way instead of answering. */
  readonly hangUp?: true;
  /** Changes headers of the registry's answer; null removes one. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Changes the status of the registry's answer. */
  readonly status?: number;
  /** Body of the answer, on its way to the client. */
  readonly down?: StreamFault;
  /** Body of the request, on its way to the registry. */
  readonly up?: StreamFault;
}

/** Which requests a rule is for; what is left out matches everything. */
export interface Match {
  /** `GET`, or `GET|HEAD`. */
  readonly method?: string;
  /** Tested against path and query. */
  readonly path?: RegExp;
  /** Lets this many matching requests pass first. */
  readonly skip?: number;
  /** Strikes this many times, then lets everything pass; without it always. */
  readonly times?: number;
  /** Matches only from this many milliseconds after the rules were set. */
  readonly afterMs?: number;
}

/** Rules are tried in order, the first that matches and still has turns left decides. */
export interface Rule {
  readonly match?: Match;
  readonly do: Fault;
}

/** What happens to a new connection, before any byte of it is read. */
export type ConnectionFault =
  /** Accepted, read by nobody, never answered: TLS hello and HTTP request alike. */
  | 'black-hole'
  /** Ended by RST. */
  | 'reset'
  /** Ended in an orderly way. */
  | 'hang-up';

/** Limits of the whole connection between client and registry, shared by all of its requests. */
export interface Link {
  /** Added to every request: a round trip. */
  readonly delayMs?: number;
  readonly downBytesPerSecond?: number;
  readonly upBytesPerSecond?: number;
}
