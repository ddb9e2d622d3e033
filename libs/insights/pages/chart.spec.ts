import { processChart } from '../domain/process-chart.js';
import { drawProcessChart } from './chart.js';

const draw = (unit: string, ...values: number[]) => {
  const chart = processChart(values.map((value, index) => ({ key: String(index), value })));
  return drawProcessChart(chart, { title: 'A "figure" < others', unit, places: 1, labels: values.map(String) });
};

it('a chart shows its mean and both limits, says in words what it is, and needs no style sheet of its own', async () => {
  const svg = await draw('share', 0.7, 0.72, 0.71, 0.73, 0.7, 0.72, 0.71, 0.74);
  for (const text of ['mean', 'upper limit', 'lower limit']) expect(svg).toContain(`>${text}</text>`);
  expect(svg).toContain('role="img" aria-label="A &quot;figure&quot; &lt; others"');
  expect(svg).not.toContain('<style');
});

it('two charts on a page share no id', async () => {
  const ids = (svg: string) => [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  const [first, second] = [ids(await draw('people', 1, 2, 3)), ids(await draw('people', 1, 2, 3))];
  expect(first.filter((id) => second.includes(id))).toEqual([]);
});
