import { redactSecrets } from '../../secrets/redact.ts';
import type { OperationEvent } from '../../tracking/events.ts';
import { resultJson } from './result-json.ts';
import { snakeCase } from './snake-case.ts';

/** Names in snake case, texts without secrets, at every depth. Keys of log fields are skopeo's own and stay. */
const publish = (value: unknown, secrets: readonly string[], rename = snakeCase): unknown => {
  if (typeof value === 'string') return redactSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((item) => publish(item, secrets));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    rename(name),
    publish(inner, secrets, name === 'fields' ? (key) => key : snakeCase),
  ]);
  return Object.fromEntries(entries);
};

/** An event as one line of `--events`, without the line end. The shape is that of `EVENT` in event-schema.ts. */
export const eventJson = (event: OperationEvent, time: Date, secrets: readonly string[], copy?: number): string => {
  const { type, ...fields } =
    event.type === 'operation-finished' ? { ...event, result: resultJson(event.result) } : event;
  const published = publish(fields, secrets);
  const about = { time: time.toISOString(), type: type.replaceAll('-', '_'), copy };
  return JSON.stringify({ ...about, ...Object(published) });
};
