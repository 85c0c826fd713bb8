import { graph } from '../panels.ts';
import { everUsed, HOST, OP } from '../query.ts';
import { NEUTRAL } from '../thresholds.ts';

const BLOB_SIZE = `sum by (le) (rate(skopeo_blob_size_bytes_bucket{${OP}}[$__rate_interval]))`;

/** How much is moved, and how much is not? */
export const data = () => [
  graph(
    {
      title: 'Transferred',
      description:
        'Bytes per second on the wire, counted while they move. SkopeoHighDataVolume fires above the dashed line.',
      unit: 'Bps',
      thresholds: ['green', [100e6, 'red']],
      span: 8,
    },
    [
      {
        expr: everUsed(
          `sum by (operation) (rate(skopeo_transferred_bytes_total{${OP}}[$__rate_interval]))`,
          'operation',
          'skopeo_transferred_bytes_total',
        ),
        legend: '{{operation}}',
      },
    ],
    { showThreshold: true },
  ),
  graph(
    {
      title: 'Bytes saved',
      description: 'Bytes per second that needed no transfer because the destination had the blobs.',
      unit: 'Bps',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: everUsed(
          `sum by (operation) (rate(skopeo_skipped_bytes_total{${OP}}[$__rate_interval]))`,
          'operation',
          'skopeo_skipped_bytes_total',
        ),
        legend: '{{operation}}',
      },
    ],
  ),
  graph(
    {
      title: 'Images of sync runs',
      description: 'Images per minute, by what became of them.',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (outcome) (rate(skopeo_sync_images_total{${HOST}}[$__rate_interval]))`,
        legend: '{{outcome}}',
      },
    ],
    { stacked: true },
  ),
  graph(
    {
      title: 'Blobs by outcome',
      description: 'Blobs per minute: copied, skipped because the destination had them, failed.',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (outcome) (rate(skopeo_blobs_total{${OP}}[$__rate_interval]))`,
        legend: '{{outcome}}',
      },
    ],
    { stacked: true },
  ),
  graph(
    {
      title: 'Blobs processed',
      description: 'Blobs per minute, by operation and status.',
      unit: 'opm',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      {
        expr: `60 * sum by (operation, status) (rate(skopeo_blobs_processed_total{${OP}}[$__rate_interval]))`,
        legend: '{{operation}} {{status}}',
      },
    ],
    { stacked: true },
  ),
  graph(
    {
      title: 'Blob size',
      description: 'Half and 95 % of the blobs are at most this big.',
      unit: 'decbytes',
      thresholds: NEUTRAL,
      span: 8,
    },
    [
      { expr: `histogram_quantile(0.5, ${BLOB_SIZE})`, legend: '50 %' },
      { expr: `histogram_quantile(0.95, ${BLOB_SIZE})`, legend: '95 %' },
    ],
  ),
];
