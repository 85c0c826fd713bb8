import { systemClock } from '../../../src/context.ts';
import { DirectLookup } from '../../../src/registry/direct-lookup.ts';
import { lookupWithOutages } from '../../../src/registry/lookup-with-outages.ts';
import { RegistryOutages } from '../../../src/registry/outages.ts';
import { RegistryPauses } from '../../../src/registry/pauses.ts';
import { Router } from '../../../src/registry/route.ts';
import { Redactor } from '../../../src/secrets/redactor.ts';
import type { SkopeoPort, SyncContext } from '../../../src/sync/ports.ts';
import { privateHome } from '../../support/skopeo.ts';
import type { TempDir } from '../../support/temp.ts';
import { realSkopeo } from './real-skopeo.ts';

/** A context with the real skopeo and a direct lookup that sees nothing of this machine's configuration. */
export const realContext = (directory: TempDir, changes: Partial<SyncContext> = {}): SyncContext => {
  const skopeo: SkopeoPort = changes.skopeo ?? realSkopeo(privateHome(directory.path));
  const pauses = new RegistryPauses(systemClock);
  const outages = new RegistryOutages(systemClock);
  const router = new Router({
    env: {},
    home: directory.path,
    uid: 0,
    systemDirectory: directory.join('etc'),
    redactor: new Redactor(),
  });
  const direct = new DirectLookup({ router, skopeo, limits: new Map(), clock: systemClock, pauses });
  return {
    skopeo,
    lookup: lookupWithOutages(direct, outages, systemClock),
    pauses,
    outages,
    clock: systemClock,
    signal: new AbortController().signal,
    random: () => 0,
    ...changes,
  };
};
