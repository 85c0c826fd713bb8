// Writes examples/grafana_dashboard.json anew. `npm run dashboard`
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderDashboard } from './dashboard/build.ts';

await writeFile(join(import.meta.dirname, '../examples/grafana_dashboard.json'), renderDashboard());
