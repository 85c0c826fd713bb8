import {
  BigValueColorMode,
  BigValueGraphMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import {
  PanelBuilder as Heatmap,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import { DATASOURCE, heatmapQuery, instantQuery, type Query, rangeQueries } from './query.ts';
import { type Steps, thresholds } from './thresholds.ts';

/** What every panel says of itself. `span` is of 24 columns. */
export interface PanelText {
  readonly title: string;
  readonly description: string;
  /** Grafana's name of the unit: `s`, `decbytes`, `Bps`, `short`, … */
  readonly unit: string;
  readonly thresholds: Steps;
  readonly span: number;
}

/** One number as of now. */
export const stat = (text: PanelText, expr: string): Stat =>
  new Stat()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit(text.unit)
    .thresholds(thresholds(text.thresholds))
    .span(text.span)
    .height(4)
    .colorMode(BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .withTarget(instantQuery(expr));

interface GraphOptions {
  /** Bars on top of each other, for counts that add up. */
  readonly stacked?: boolean;
  /** Draws the last threshold as a line: where the alert fires. */
  readonly showThreshold?: boolean;
}

/** Lines over time. */
export const graph = (text: PanelText, queries: readonly Query[], options: GraphOptions = {}): TimeSeries =>
  new TimeSeries()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit(text.unit)
    .min(0)
    .thresholds(thresholds(text.thresholds))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        options.showThreshold ? GraphThresholdsStyleMode.Dashed : GraphThresholdsStyleMode.Off,
      ),
    )
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .drawStyle(GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(options.stacked ? 60 : 10)
    .stacking(new StackingConfigBuilder().mode(options.stacked ? StackingMode.Normal : StackingMode.None).group('A'))
    .showPoints(VisibilityMode.Auto)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi))
    .span(text.span)
    .height(8)
    .targets(rangeQueries(queries));

/** How many observations fell into which bucket, over time. */
export const heatmap = (text: PanelText, expr: string): Heatmap =>
  new Heatmap()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit('short')
    .yAxis(new YAxisConfigBuilder().unit(text.unit))
    .thresholds(thresholds(text.thresholds))
    .calculate(false)
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues').steps(32))
    .span(text.span)
    .height(8)
    .withTarget(heatmapQuery(expr));

/** States over time, one band per series. */
export const timeline = (text: PanelText, queries: readonly Query[], mappings: ValueMapping[]): StateTimeline =>
  new StateTimeline()
    .title(text.title)
    .description(text.description)
    .datasource(DATASOURCE)
    .unit(text.unit)
    .thresholds(thresholds(text.thresholds))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .mappings(mappings)
    .showValue(VisibilityMode.Auto)
    .mergeValues(true)
    .fillOpacity(70)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .showLegend(false)
        .calcs([]),
    )
    .span(text.span)
    .height(8)
    .targets(rangeQueries(queries));
