import {
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  visit,
} from 'yaml';
import type { Env } from '../context.ts';
import { WrapperError, withNextStep } from '../errors/wrapper-error.ts';
import { expandEnvironment } from './expand-environment.ts';
import { ConfigurationError, type Problem, pathText } from './problem.ts';

export type KeyPath = readonly PropertyKey[];

/** A parsed YAML or JSON file with the position of each of its parts. */
export interface ConfigurationDocument {
  readonly file: string;
  readonly value: unknown;
  /** Position of the value at a path, or of its nearest parent that exists. */
  positionOf(path: KeyPath): { readonly line: number; readonly column: number };
  /** Position of a key itself within the mapping at `path`. */
  positionOfKey(path: KeyPath, key: string): { readonly line: number; readonly column: number };
}

/** A larger file is not a configuration but a mistake. */
const MAX_BYTES = 16 * 1024 * 1024;

/** More than any hand-written file has, but too few to fill the memory. */
const MAX_ALIASES = 100_000;

type Locate = (offset: number | undefined) => { line: number; column: number };

const locator =
  (counter: LineCounter): Locate =>
  (offset) => {
    const { line, col } = counter.linePos(offset ?? 0);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };

/** Source: YAML 1.2, section 10.3.2. */
const PLAIN_NUMBER = /^(?:[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|0o[0-7]+|0x[0-9a-fA-F]+)$/;

/**
 * A plain scalar that was only a reference gets the type that its value has in YAML (`parallel: ${N}`); others are
 * text.
 */
const retype = (node: Scalar, text: string): unknown => {
  if (node.type !== 'PLAIN') return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return PLAIN_NUMBER.test(text) ? Number(text) : text;
};

/** Keys and indexes that lead to a node. */
const pathOf = (ancestors: readonly unknown[], node: unknown): KeyPath =>
  ancestors.flatMap((ancestor, depth): KeyPath => {
    if (isPair(ancestor)) return isScalar(ancestor.key) ? [String(ancestor.key.value)] : [];
    return isSeq(ancestor) ? [ancestor.items.indexOf(ancestors[depth + 1] ?? node)] : [];
  });

/** Expands environment references in every value; keys are left alone. */
const expandScalars = (document: Document, environment: Env, locate: Locate): readonly Problem[] => {
  const problems: Problem[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      try {
        node.value = retype(node, expandEnvironment(node.value, environment));
      } catch (error) {
        if (!(error instanceof WrapperError)) throw error;
        problems.push({
          ...locate(node.range?.[0]),
          key: pathText(pathOf(ancestors, node)),
          message: withNextStep(error),
        });
      }
    },
  });
  return problems;
};

/** The parser's own messages may quote the text, which may hold secrets; its error code does not. */
const syntaxProblems = (document: Document, locate: Locate): readonly Problem[] =>
  document.errors.map(({ code, pos }) => ({
    ...locate(pos[0]),
    message: `not valid YAML (${code.toLowerCase().replaceAll('_', ' ')})`,
  }));

const nodeAt = (document: Document, path: KeyPath): Node | undefined => {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node)) return node;
  }
  return undefined;
};

const keyOffset = (document: Document, path: KeyPath, key: string): number | undefined => {
  const map = nodeAt(document, path);
  if (!isMap(map)) return map?.range?.[0];
  const pair = map.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key);
  return pair !== undefined && isScalar(pair.key) ? pair.key.range?.[0] : map.range?.[0];
};

/**
 * In a JavaScript object this key would set the prototype instead of adding an entry, so that it would be ignored
 * silently.
 */
const refuseProto = (document: Document, locate: Locate): readonly Problem[] => {
  const problems: Problem[] = [];
  visit(document, {
    Scalar(key, node) {
      if (key !== 'key' || node.value !== '__proto__') return;
      problems.push({ ...locate(node.range?.[0]), message: '"__proto__" cannot be a key' });
    },
  });
  return problems;
};

interface ParseOptions {
  /** Expand references to these variables; absent: leave `${` unchanged. */
  readonly environment?: Env;
  /** Take every scalar as text, as it was written: `1.10` stays `1.10`. */
  readonly textOnly?: boolean;
}

/**
 * Parses YAML 1.2 or JSON. No message quotes a value: it may be a secret.
 * @throws ConfigurationError naming line and column of every syntax error and unset variable.
 */
export const parseConfiguration = (file: string, text: string, options: ParseOptions = {}): ConfigurationDocument => {
  if (text.length > MAX_BYTES)
    throw new ConfigurationError(file, [{ line: 1, column: 1, message: 'is larger than 16 MiB' }]);
  const counter = new LineCounter();
  const schema = options.textOnly === true ? 'failsafe' : 'core';
  const document = parseDocument(text, {
    lineCounter: counter,
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: 'error',
    merge: true,
    schema,
  });
  const locate = locator(counter);
  const problems = [...syntaxProblems(document, locate), ...refuseProto(document, locate)];
  if (problems.length === 0 && options.environment !== undefined) {
    problems.push(...expandScalars(document, options.environment, locate));
  }
  if (problems.length > 0) throw new ConfigurationError(file, problems);
  return {
    file,
    value: toValue(document, file),
    positionOf: (path) => locate(nodeAt(document, path)?.range?.[0]),
    positionOfKey: (path, key) => locate(keyOffset(document, path, key)),
  };
};

/**
 * Aliases are resolved, but a file that grows without limit through them is refused. An empty file is an empty mapping.
 */
const toValue = (document: Document, file: string): unknown => {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
  } catch {
    const message = 'not valid YAML (an alias without anchor, or too many of them)';
    throw new ConfigurationError(file, [{ line: 1, column: 1, message }]);
  }
};
