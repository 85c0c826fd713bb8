import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';
import * as z from 'zod';

const typesOf = (module: string): string =>
  fileURLToPath(import.meta.resolve(`@grafana/grafana-foundation-sdk/${module}`)).replace('index.js', 'types.gen');

/** A type of the SDK: `module` (`dashboard`, `stat`, …) and its name there. */
export interface GrafanaType {
  readonly module: string;
  readonly type: string;
}

const schema = z.object({ definitions: z.record(z.string(), z.unknown()) }).loose();

/**
 * A validator for a type that Grafana publishes, made from the type declarations of its SDK, which are generated from
 * Grafana's own schemas. Properties that they do not name are refused; so the queries of a panel, of which the panel's
 * type says nothing, are left to the type of the data source.
 */
export const grafanaValidators = async (types: readonly GrafanaType[]): Promise<ValidateFunction[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'grafana-schema-'));
  try {
    const path = join(directory, 'types.ts');
    const alias = ({ module, type }: GrafanaType, index: number) =>
      `import type * as m${index} from '${typesOf(module)}';\nexport type Checked${index} = m${index}.${type};`;
    await writeFile(path, types.map(alias).join('\n'));
    const generator = createGenerator({ path, skipTypeCheck: true, additionalProperties: false });
    return types.map((_, index) => {
      const generated = schema.parse(generator.createSchema(`Checked${index}`));
      if ('Panel' in generated.definitions) generated.definitions.Dataquery = {};
      return new Ajv({ allErrors: true, strict: false }).compile(generated);
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};
