import type { ProcessChart, ProcessPoint } from '../domain/process-chart.js';

/** NHS colours; shape and size tell the same as colour does, never colour alone. */
const colours = { line: '#4c6272', mean: '#212b32', limit: '#768692', special: '#d5281b', common: '#005eb8' } as const;

interface Drawn {
  readonly title: string;
  readonly unit: string;
  readonly places: number;
  /** Names of the points on the axis. */
  readonly labels: readonly string[];
  readonly width?: number;
  readonly height?: number;
}

const scaled = (value: number | null, isShare: boolean): number | null =>
  value === null ? null : isShare ? value * 100 : value;

const symbolOf = ({ special }: ProcessPoint) =>
  special === null
    ? { symbol: 'circle', symbolSize: 7, itemStyle: { color: colours.common } }
    : { symbol: 'diamond', symbolSize: 12, itemStyle: { color: colours.special } };

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

let drawn = 0;

/** Ids in a drawing are unique on the page; hover rules in it are of no use without script and stand outside the page's policy. */
const placed = (svg: string, label: string): string => {
  drawn += 1;
  const prefix = `chart${String(drawn)}-`;
  return svg
    .replaceAll(/<style[^>]*>[\s\S]*?<\/style>/g, '')
    .replaceAll(/ (?:class|ecmeta_[a-z_]+|pointer-events)="[^"]*"/g, '')
    .replaceAll(/\bid="([^"]+)"/g, `id="${prefix}$1"`)
    .replaceAll(/url\(#([^)]+)\)/g, `url(#${prefix}$1)`)
    .replace(/^<svg /, `<svg role="img" aria-label="${escape(label)}" class="insights-chart" `);
};

/** Limits are part of what is shown, also where no point comes near them. Counts begin at 0; shares show the part that moves. */
const axisOf = ({ points, mean, upper, lower }: ProcessChart, isShare: boolean): { min?: number; max?: number } => {
  const levels = [...points.map(({ value }) => value), mean, upper, lower]
    .filter((level) => level !== null)
    .map((level) => scaled(level, isShare) ?? 0);
  if (levels.length === 0) return { min: 0, max: isShare ? 100 : 1 };
  const [lowest, highest] = [Math.min(...levels), Math.max(...levels)];
  if (!isShare) return highest <= 1 ? { min: 0 } : { min: 0, max: Math.ceil(highest * 1.05) };
  return { min: Math.max(0, Math.floor(lowest - 2)), max: Math.min(100, Math.ceil(highest + 2)) };
};

/** A process chart as SVG, drawn on the server: it needs no script, and the table beside it holds the same numbers. */
export const drawProcessChart = async (chart: ProcessChart, what: Drawn): Promise<string> => {
  const { init } = await import('echarts');
  const { width = 640, height = 240, unit, labels } = what;
  const isShare = unit === 'share';
  const level = (name: string, value: number | null, type: 'solid' | 'dashed', color: string) =>
    value === null
      ? []
      : [
          {
            yAxis: scaled(value, isShare) ?? 0,
            name,
            lineStyle: { type, color, width: 1.5 },
            label: { formatter: name, color, position: 'insideEndTop' as const, fontSize: 12 },
          },
        ];
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width, height });
  canvas.setOption({
    animation: false,
    textStyle: { fontFamily: 'Arial, sans-serif', fontSize: 13 },
    grid: { left: 56, right: 20, top: 24, bottom: 36 },
    xAxis: { type: 'category', data: [...labels], axisLabel: { color: colours.mean, fontSize: 12, hideOverlap: true } },
    yAxis: {
      type: 'value',
      axisLabel: { color: colours.mean, fontSize: 12, formatter: isShare ? '{value} %' : '{value}' },
      ...axisOf(chart, isShare),
    },
    series: [
      {
        type: 'line',
        connectNulls: false,
        lineStyle: { color: colours.line, width: 2 },
        data: chart.points.map((point) => ({ value: scaled(point.value, isShare) ?? '-', ...symbolOf(point) })),
        markLine: {
          silent: true,
          symbol: 'none',
          data: [
            ...level('mean', chart.mean, 'solid', colours.mean),
            ...level('upper limit', chart.upper, 'dashed', colours.limit),
            ...level('lower limit', chart.lower, 'dashed', colours.limit),
          ],
        },
      },
    ],
  });
  const svg = canvas.renderToSVGString();
  canvas.dispose();
  return placed(svg, what.title);
};

/** Groups of a figure as bars, each with its number. */
export const drawGroups = async (
  groups: readonly { readonly key: string; readonly value: number | null; readonly display: string }[],
  what: { readonly title: string; readonly unit: string },
): Promise<string> => {
  const { init } = await import('echarts');
  const isShare = what.unit === 'share';
  const canvas = init(null, null, { renderer: 'svg', ssr: true, width: 640, height: 240 });
  canvas.setOption({
    animation: false,
    textStyle: { fontFamily: 'Arial, sans-serif', fontSize: 13 },
    grid: { left: 56, right: 20, top: 24, bottom: 36 },
    xAxis: {
      type: 'category',
      data: groups.map(({ key }) => key),
      axisLabel: { color: colours.mean, fontSize: 12, interval: 0 },
    },
    yAxis: {
      type: 'value',
      min: 0,
      axisLabel: { color: colours.mean, fontSize: 12, formatter: isShare ? '{value} %' : '{value}' },
    },
    series: [
      {
        type: 'bar',
        itemStyle: { color: colours.common },
        data: groups.map(({ value, display }) => ({
          value: scaled(value, isShare) ?? 0,
          label: { show: true, position: 'top' as const, formatter: display, color: colours.mean, fontSize: 12 },
        })),
      },
    ],
  });
  const svg = canvas.renderToSVGString();
  canvas.dispose();
  return placed(svg, what.title);
};
