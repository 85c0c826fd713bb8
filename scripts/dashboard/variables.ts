import {
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DATASOURCE } from './query.ts';

const labelVariable = (name: string, label: string, query: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(DATASOURCE)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.+')
    .current({ selected: true, text: 'All', value: '$__all' });

/** What the user of the dashboard chooses at its top. Listener and node_exporter targets both have our build info. */
export const variables = () => [
  new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
  labelVariable('job', 'Scrape job', 'label_values(skopeo_wrapper_build_info, job)'),
  labelVariable('instance', 'Instance', 'label_values(skopeo_wrapper_build_info{job=~"$job"}, instance)'),
  labelVariable(
    'operation',
    'Operation',
    'label_values(skopeo_operations_total{job=~"$job",instance=~"$instance"}, operation)',
  ),
];
