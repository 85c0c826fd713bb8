import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { CronJob } from 'kubernetes-models/batch/v1/CronJob';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { EXAMPLES } from './support/rule-files.ts';
import { type DeclaredType, faultsOf, typeValidators } from './support/type-validators.ts';

const MANIFESTS = join(EXAMPLES, 'kubernetes');

const kubernetesObject = z.object({ apiVersion: z.string(), kind: z.string() }).loose();
type KubernetesObject = z.infer<typeof kubernetesObject>;

const declared = (module: string, type: string): DeclaredType => ({
  file: fileURLToPath(import.meta.resolve(module)).replace(/\.js$/, ''),
  type,
});

// The classes carry the checks of the published OpenAPI schemas (formats, enums, required); the interfaces name every
// property there is, so that a misspelt one is found as well.
const KINDS = [
  { kind: 'CronJob', model: CronJob, declaration: declared('kubernetes-models/batch/v1/CronJob', 'ICronJob') },
  { kind: 'Job', model: Job, declaration: declared('kubernetes-models/batch/v1/Job', 'IJob') },
  {
    kind: 'Deployment',
    model: Deployment,
    declaration: declared('kubernetes-models/apps/v1/Deployment', 'IDeployment'),
  },
  {
    kind: 'PersistentVolumeClaim',
    model: PersistentVolumeClaim,
    declaration: declared('kubernetes-models/v1/PersistentVolumeClaim', 'IPersistentVolumeClaim'),
  },
  {
    kind: 'PodMonitor',
    model: PodMonitor,
    declaration: declared('@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor', 'IPodMonitor'),
  },
] as const;

describe('Kubernetes manifests', () => {
  let objects: KubernetesObject[];

  before(async () => {
    const files = (await readdir(MANIFESTS)).filter((name) => name.endsWith('.yml'));
    const texts = await Promise.all(files.map((name) => readFile(join(MANIFESTS, name), 'utf8')));
    objects = texts.flatMap((text) => parseAllDocuments(text).map((one) => kubernetesObject.parse(one.toJS())));
  });

  it('have no property that Kubernetes does not know, and no wrong value', async () => {
    const validators = await typeValidators(KINDS.map(({ declaration }) => declaration));
    const seen = new Set<string>();
    for (const object of objects) {
      const index = KINDS.findIndex(({ kind }) => kind === object.kind);
      assert.ok(index >= 0, `no schema for ${object.kind}`);
      assert.deepEqual(faultsOf(validators[index], object), [], object.kind);
      KINDS[index]?.model.prototype.validate.call(object);
      seen.add(object.kind);
    }
    assert.deepEqual([...seen].sort(), KINDS.map(({ kind }) => kind).sort());
  });

  it('would not pass with a misspelt property or a wrong value', async () => {
    const [{ declaration, model }] = KINDS;
    const [validator] = await typeValidators([declaration]);
    const cronJob = objects.find(({ kind }) => kind === 'CronJob');
    assert.ok(cronJob);
    assert.notDeepEqual(faultsOf(validator, { ...cronJob, spec: { ...Object(cronJob.spec), scedule: '' } }), []);
    const never = { ...cronJob, spec: { ...Object(cronJob.spec), concurrencyPolicy: 'Never' } };
    assert.throws(() => model.prototype.validate.call(never), /concurrencyPolicy/);
  });
});
