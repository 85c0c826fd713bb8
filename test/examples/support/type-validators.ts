import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { createGenerator } from 'ts-json-schema-generator';

/** A type and the file, without `.d.ts`, that declares it. */
export interface DeclaredType {
  readonly file: string;
  readonly type: string;
}

const TSCONFIG = { compilerOptions: { module: 'NodeNext', moduleResolution: 'NodeNext', strict: true, types: [] } };

/**
 * Validators for types of published declarations. Properties that the declarations do not name are refused, which
 * most published JSON schemas do not do.
 */
export const typeValidators = async (types: readonly DeclaredType[]): Promise<ValidateFunction[]> => {
  const directory = await mkdtemp(join(tmpdir(), 'type-validators-'));
  try {
    const path = join(directory, 'types.ts');
    const tsconfig = join(directory, 'tsconfig.json');
    const alias = ({ file, type }: DeclaredType, index: number) =>
      `import type * as m${index} from '${file}';\nexport type Checked${index} = m${index}.${type};`;
    await writeFile(path, types.map(alias).join('\n'));
    await writeFile(tsconfig, JSON.stringify(TSCONFIG));
    const generator = createGenerator({ path, tsconfig, skipTypeCheck: true, additionalProperties: false });
    return types.map((_, index) =>
      new Ajv({ allErrors: true, strict: false }).compile(Object(generator.createSchema(`Checked${index}`))),
    );
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

/** What is wrong with a value, in words; empty if nothing is. */
export const faultsOf = (validate: ValidateFunction | undefined, value: unknown): string[] => {
  if (validate === undefined) return ['no validator'];
  validate(value);
  return (validate.errors ?? [])
    .slice(0, 10)
    .map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`);
};
