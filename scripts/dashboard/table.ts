import { TableCellDisplayMode } from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelText } from './panels.ts';
import { DATASOURCE, tableQueries } from './query.ts';
import { type Steps, thresholds, thresholdsValue } from './thresholds.ts';

/** A column with the value of a query. */
export interface ValueColumn {
  readonly name: string;
  readonly expr: string;
  readonly unit: string;
  /** Colours the cell's text. */
  readonly thresholds?: Steps;
}

const valueField = (index: number): string => `Value #${String.fromCharCode(65 + index)}`;

/**
 * One row per label set. All queries must return the same labels: the rows of equal labels become one (`merge`). The
 * labels to show come first, in the order given, under the names given.
 */
export const table = (
  text: PanelText,
  labels: Readonly<Record<string, string>>,
  columns: readonly ValueColumn[],
): Table => {
  const names = [
    ...Object.entries(labels),
    ...columns.map(({ name }, index): [string, string] => [valueField(index), name]),
  ];
  const panel = new Table()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit(text.unit)
    .thresholds(thresholds(text.thresholds))
    .filterable(true)
    .cellOptions({ type: TableCellDisplayMode.Auto })
    .span(text.span)
    .height(8)
    .targets(tableQueries(columns.map(({ expr }) => expr)))
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'filterFieldsByName',
      options: { include: { names: names.map(([field]) => field) } },
    })
    .withTransformation({
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(names.map(([field], index) => [field, index])),
        renameByName: Object.fromEntries(names),
      },
    });
  for (const column of columns) {
    panel.overrideByName(column.name, [
      { id: 'unit', value: column.unit },
      ...(column.thresholds === undefined
        ? []
        : [
            { id: 'thresholds', value: thresholdsValue(column.thresholds) },
            { id: 'custom.cellOptions', value: { type: 'color-text' } },
          ]),
    ]);
  }
  return panel;
};
