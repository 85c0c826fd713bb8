/** What one client may take of the listener. Milliseconds where not said otherwise. */
export interface ListenerLimits {
  /** A whole request must have arrived. */
  readonly requestTimeoutMs: number;
  /** Its headers must have arrived; a client that trickles them is cut off. */
  readonly headersTimeoutMs: number;
  /** How often the two above are looked at. Node's own 30 s let a half-sent header live for half a minute. */
  readonly connectionsCheckingIntervalMs: number;
  readonly tlsHandshakeTimeoutMs: number;
  /** Above any usual scrape interval, so that Prometheus keeps its connection. */
  readonly keepAliveTimeoutMs: number;
  /** No byte in either direction: a client that does not read its answer. */
  readonly inactivityTimeoutMs: number;
  /** A scrape is answered with an error after this, or earlier if the scraper says so; below `inactivityTimeoutMs`. */
  readonly renderTimeoutMs: number;
  /** From `close()` until connections that still run are cut off. */
  readonly closeTimeoutMs: number;
  readonly maxHeaderBytes: number;
  /** Per listening address; more are closed at once. */
  readonly maxConnections: number;
}

export const DEFAULT_LIMITS: ListenerLimits = {
  requestTimeoutMs: 10_000,
  headersTimeoutMs: 5_000,
  connectionsCheckingIntervalMs: 2_000,
  tlsHandshakeTimeoutMs: 5_000,
  keepAliveTimeoutMs: 120_000,
  inactivityTimeoutMs: 60_000,
  renderTimeoutMs: 50_000,
  closeTimeoutMs: 1_800,
  maxHeaderBytes: 8_192,
  maxConnections: 40,
};
