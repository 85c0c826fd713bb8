import { printable } from '../text/printable.ts';
import { USER_INFO } from './docker-name.ts';
import { type ImageReference, parseReference } from './parse.ts';

const MAX_SHORT_NAME = 64;

/** Cuts the middle out of what is longer than `limit` characters. */
const elide = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  const head = Math.floor((limit - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (limit - 1 - head))}`;
};

const lastTwoComponents = (path: string): string => path.split('/').filter(Boolean).slice(-2).join('/');

/**
 * Transport, registry and repository, or the last two components of a path: the labels `source_short` and
 * `destination_short`. Without tag, digest and credentials, at most 64 characters. '' for an unknown transport.
 */
export const shortName = (reference: ImageReference): string => {
  const { scheme, registry, repository, path } = reference;
  if (scheme === '') return '';
  const place = path === undefined ? [registry, repository].filter(Boolean).join('/') : lastTwoComponents(path);
  return elide(printable(`${scheme}:${place}`), MAX_SHORT_NAME);
};

/** The reference as it was written, but for credentials before the host: for people and reports. */
export const redactReference = (text: string): string => {
  const { transport } = parseReference(text);
  if (transport === 'docker')
    return text.replace(/^(docker:(?:\/\/)?)(.*)$/s, (_, scheme, name) => scheme + name.replace(USER_INFO, ''));
  return transport === 'unknown' ? text.replace(/^[^/@\s]+@(?!sha\d+:)/, '') : text;
};
