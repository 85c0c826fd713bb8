const SI = ['', 'k', 'M', 'G', 'T', 'P'];

const scaled = (value, base, suffix, prefixes = SI) => {
  const power =
    value === 0
      ? 0
      : Math.max(0, Math.min(prefixes.length - 1, Math.floor(Math.log(Math.abs(value)) / Math.log(base))));
  const number = value / base ** power;
  const digits =
    power === 0 && Number.isInteger(number) ? 0 : Math.abs(number) < 10 ? 2 : Math.abs(number) < 100 ? 1 : 0;
  return `${number.toFixed(digits)}${prefixes[power] === '' && suffix === '' ? '' : ' '}${prefixes[power]}${suffix}`.trim();
};

const duration = (seconds) => {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(1) : Math.round(seconds)} s`;
  if (seconds < 3600) return `${(seconds / 60).toFixed(1)} min`;
  if (seconds < 86400) return `${(seconds / 3600).toFixed(1)} h`;
  return `${(seconds / 86400).toFixed(1)} d`;
};

/** A value in the words of a Grafana unit. */
export const format = (value, unit, decimals) => {
  if (!Number.isFinite(value)) return '–';
  switch (unit) {
    case 's':
      return duration(value);
    case 'percentunit':
      return `${(value * 100).toFixed(decimals ?? 0)} %`;
    case 'percent':
      return `${value.toFixed(decimals ?? 0)} %`;
    case 'decbytes':
      return scaled(value, 1000, 'B');
    case 'bytes':
      return scaled(value, 1024, 'B', ['', 'Ki', 'Mi', 'Gi', 'Ti']);
    case 'Bps':
      return scaled(value, 1000, 'B/s');
    case 'opm':
      return `${scaled(value, 1000, '')} ops/min`;
    case 'ops':
      return `${scaled(value, 1000, '')}/s`;
    case 'reqpm':
      return `${scaled(value, 1000, '')} req/min`;
    case 'none':
      return String(value);
    default:
      return decimals === undefined ? scaled(value, 1000, '') : value.toFixed(decimals);
  }
};
