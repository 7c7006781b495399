/** One measured series over time. */
export interface Series {
  readonly name: string;
  /** Class of its line: the page's style sheet gives it a colour in light and dark. */
  readonly tone: 'weight' | 'good' | 'bad' | 'evidence';
  readonly points: readonly { readonly seconds: number; readonly value: number }[];
  /** Drawn as steps: the value holds until the next point. */
  readonly isStepped?: boolean;
}

export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly Series[];
  /** A line across, such as the limit of the guard. */
  readonly limit?: { readonly value: number; readonly name: string };
  /** The top of the scale is at least this. */
  readonly atLeast: number;
  readonly durationSeconds: number;
}

const width = 720;
const height = 150;
const margin = { left: 46, right: 12, top: 12, bottom: 24 };
const inner = { width: width - margin.left - margin.right, height: height - margin.top - margin.bottom };

/** A line chart as SVG text; it scales with its box and says its numbers in a title for those who cannot see it. */
export function chartSvg(chart: Chart): string {
  const values = chart.series.flatMap(({ points }) => points.map(({ value }) => value));
  const top = niceTop(Math.max(chart.atLeast, chart.limit?.value ?? 0, ...values));
  const span = Math.max(chart.durationSeconds, 0.001);
  const x = (seconds: number): number => round(margin.left + (Math.min(seconds, span) / span) * inner.width);
  const y = (value: number): number => round(margin.top + (1 - Math.min(value, top) / top) * inner.height);
  const grid = [0, 0.5, 1].map((part) => {
    const at = y(part * top);
    return `<line class="grid" x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}"/><text class="axis" x="${margin.left - 6}" y="${at + 4}" text-anchor="end">${number(part * top)}</text>`;
  });
  const times = [0, 0.5, 1].map((part) => {
    const anchor = part === 0 ? 'start' : part === 1 ? 'end' : 'middle';
    return `<text class="axis" x="${x(part * span)}" y="${height - 6}" text-anchor="${anchor}">${number(part * span)} s</text>`;
  });
  const limit =
    chart.limit === undefined
      ? ''
      : `<line class="limit" x1="${margin.left}" x2="${width - margin.right}" y1="${y(chart.limit.value)}" y2="${y(chart.limit.value)}"/><text class="axis" x="${width - margin.right}" y="${y(chart.limit.value) - 4}" text-anchor="end">${chart.limit.name}</text>`;
  const lines = chart.series.map(
    ({ points, tone, isStepped }) => `<path class="line ${tone}" d="${path(points, x, y, isStepped === true)}"/>`,
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${chart.title}, ${chart.unit}">${grid.join('')}${times.join('')}${limit}${lines.join('')}</svg>`;
}

function path(
  points: Series['points'],
  x: (seconds: number) => number,
  y: (value: number) => number,
  isStepped: boolean,
): string {
  return points
    .map(({ seconds, value }, i) => {
      if (i === 0) return `M${x(seconds)} ${y(value)}`;
      return isStepped ? `H${x(seconds)}V${y(value)}` : `L${x(seconds)} ${y(value)}`;
    })
    .join('');
}

/** The next of 1, 2, 5, 10, 20, 50 ... that is not below. */
function niceTop(value: number): number {
  const base = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6)));
  return ([1, 2, 5, 10].find((step) => step * base >= value * 0.999) ?? 10) * base;
}

function number(value: number): string {
  return value >= 1_000 ? `${Number((value / 1_000).toPrecision(3))}k` : String(Number(value.toPrecision(3)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
