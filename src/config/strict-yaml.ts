import { type Document, isCollection, isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { usageError } from '../errors/wrapper-error.ts';

type Issue = z.core.$ZodIssue;
type Position = (path: readonly PropertyKey[], key?: string) => string;

/** `line:` of the node at `path`, or of the key `key` within it; empty where the document has no such place. */
const positionIn =
  (document: Document, lines: LineCounter): Position =>
  (path, key) => {
    const node = document.getIn(path, true);
    const named = isMap(node)
      ? node.items.find((pair) => isScalar(pair.key) && pair.key.value === key)?.key
      : undefined;
    const place = named ?? node;
    const range = isScalar(place) || isCollection(place) ? place.range : undefined;
    return range ? `${lines.linePos(range[0]).line}: ` : '';
  };

const describeIssue = (issue: Issue, position: Position): string[] => {
  const where = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${position(issue.path, key)}unknown key "${key}"${where === '' ? '' : ` in ${where}`}`,
    );
  }
  const parent = issue.path.slice(0, -1);
  const place = position(issue.path) || position(parent);
  return [`${place}${where === '' ? '' : `${where}: `}${issue.message}`];
};

const toPlain = (document: Document, fileName: string): unknown => {
  try {
    return document.toJS() ?? {};
  } catch {
    throw usageError(`${fileName}: not valid YAML (an alias without anchor, or too many of them)`);
  }
};

/**
 * Reads a YAML (or JSON) text that has to match a schema exactly; an empty one counts as `{}`. Throws a usage error that
 * names file, line and key of everything that is wrong, and never quotes a value: it may be a secret.
 */
export const parseStrictYaml = <T>(text: string, schema: z.ZodType<T>, fileName: string): T => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) {
    const { line } = lines.linePos(syntaxError.pos[0]);
    throw usageError(`${fileName}:${line}: not valid YAML (${syntaxError.code.toLowerCase().replaceAll('_', ' ')})`);
  }
  const parsed = schema.safeParse(toPlain(document, fileName));
  if (parsed.success) return parsed.data;
  const position = positionIn(document, lines);
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, position));
  throw usageError(problems.map((problem) => `${fileName}:${problem}`).join('\n'));
};
