import { mkdir, writeFile } from 'node:fs/promises';
import { syncFileJsonSchema } from '../src/sync/config/json-schema.ts';

const directory = new URL('../schema/', import.meta.url);
await mkdir(directory, { recursive: true });
await writeFile(new URL('sync.schema.json', directory), `${JSON.stringify(syncFileJsonSchema(), null, 2)}\n`);
