import * as z from 'zod';
import { nearestWord } from '../text/nearest.ts';
import type { ConfigurationDocument, KeyPath } from './document.ts';
import { issueWords } from './issue-words.ts';
import { ConfigurationError, type Problem, pathText } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** The parts of a JSON Schema that say which keys are known where. */
const schemaNode = z.object({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
});

const children = (node: unknown, key: PropertyKey): readonly unknown[] => {
  const parsed = schemaNode.safeParse(node);
  if (!parsed.success) return [];
  const { properties, additionalProperties, items, anyOf = [] } = parsed.data;
  const own = typeof key === 'number' ? [items] : [properties?.[String(key)] ?? additionalProperties];
  return [...own, ...anyOf.flatMap((one) => children(one, key))].filter((one) => one !== undefined);
};

const keysOf = (node: unknown): readonly string[] => {
  const parsed = schemaNode.safeParse(node);
  if (!parsed.success) return [];
  return [...Object.keys(parsed.data.properties ?? {}), ...(parsed.data.anyOf ?? []).flatMap(keysOf)];
};

const knownKeys = (schema: unknown, path: KeyPath): readonly string[] =>
  path
    .reduce<readonly unknown[]>((nodes, key) => nodes.flatMap((node) => children(node, key)), [schema])
    .flatMap(keysOf);

const proposal = (key: string, known: readonly string[]): string => {
  const near = nearestWord(key, known);
  return near === undefined ? `known are ${known.toSorted().join(', ')}` : `did you mean "${near}"?`;
};

/** The branch of a union that fits best: its error is the deepest one, and is more than a wrong type. */
const closestBranch = (branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined => {
  const depth = (branch: readonly Issue[]): number =>
    Math.max(
      ...branch.map(({ path, code }) => path.length + (code === 'invalid_type' || code === 'invalid_value' ? 0 : 0.5)),
    );
  return branches.filter((branch) => branch.length > 0).toSorted((a, b) => depth(b) - depth(a))[0];
};

const flatten = (issue: Issue, parent: KeyPath = []): readonly Issue[] => {
  const path = [...parent, ...issue.path];
  if (issue.code !== 'invalid_union') return [{ ...issue, path }];
  const branch = closestBranch(issue.errors);
  const isAboutType = branch?.every(
    (one) => one.path.length === 0 && one.code.startsWith('invalid_') && one.code !== 'invalid_format',
  );
  if (branch === undefined || isAboutType) return [{ ...issue, path }];
  return branch.flatMap((one) => flatten(one, path));
};

const describe = (issue: Issue): string => {
  const where = pathText(issue.path);
  return where === '' ? issue.message : `"${where}": ${issue.message}`;
};

const problemsOf = (issue: Issue, document: ConfigurationDocument, schema: unknown): readonly Problem[] => {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path);
    return issue.keys.map((key) => ({
      ...document.positionOfKey(issue.path, key),
      key: pathText([...issue.path, key]),
      message: `unknown key "${pathText([...issue.path, key])}"; ${proposal(key, known)}`,
    }));
  }
  const key = issue.path.at(-1);
  const isKey = issue.code === 'invalid_key' && typeof key === 'string';
  const position = isKey ? document.positionOfKey(issue.path.slice(0, -1), key) : document.positionOf(issue.path);
  return [
    {
      ...position,
      ...(issue.path.length === 0 ? {} : { key: pathText(issue.path) }),
      message: describe(isKey ? (issue.issues[0] ? { ...issue.issues[0], path: issue.path } : issue) : issue),
    },
  ];
};

/**
 * Checks a document against a schema.
 * @throws ConfigurationError with every problem, its line and column, and for an unknown key the nearest known one.
 */
export const validateConfiguration = <S extends z.ZodType>(schema: S, document: ConfigurationDocument): z.infer<S> => {
  const result = schema.safeParse(document.value, { error: issueWords });
  if (result.success) return result.data;
  const jsonSchema = z.toJSONSchema(schema, { io: 'input' });
  const issues = result.error.issues.flatMap((issue) => flatten(issue));
  throw new ConfigurationError(
    document.file,
    issues.flatMap((issue) => problemsOf(issue, document, jsonSchema)),
  );
};
