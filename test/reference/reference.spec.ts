import { readFile, writeFile } from 'node:fs/promises';
import { capabilities, roles } from '#libs/access/capabilities.js';
import { catalogue } from '#libs/contracts/catalogue.js';
import type { EventContract } from '#libs/contracts/event-contract.js';
import { definitions } from '#libs/insights/domain/definitions.js';

/** Pages of `docs/` that are made from the code. `UPDATE_DOCS=1 npm test -- test/reference` writes them anew. */
const holds = async (file: string, text: string): Promise<void> => {
  const path = new URL(`../../docs/${file}`, import.meta.url);
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(path, text);
  expect(await readFile(path, 'utf8')).toBe(text);
};

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly format?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly 'x-personal'?: boolean;
}

const shapeOf = (schema: Schema): string => {
  const personal = schema['x-personal'] ? ' (personal)' : '';
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(' · ') + personal;
  if (schema.anyOf)
    return schema.anyOf.map((one) => (one.type === 'null' ? 'null' : shapeOf(one))).join(' or ') + personal;
  if (schema.format === 'date-time') return `instant${personal}`;
  if (schema.format === 'date') return `date${personal}`;
  if (schema.type === 'array') return `list of ${schema.items ? shapeOf(schema.items) : 'anything'}${personal}`;
  return `${schema.type ?? 'anything'}${personal}`;
};

const eventText = ({ type, version, says, data }: EventContract): string => {
  const { properties = {}, required = [] } = data as Schema;
  const fields = Object.entries(properties).map(
    ([name, schema]) => `| ${name}${required.includes(name) ? '' : '?'} | ${shapeOf(schema)} |`,
  );
  const table = fields.length > 0 ? `\n\n| field | shape |\n|---|---|\n${fields.join('\n')}` : '';
  return `### ${type} v${String(version)}\n${says}${table}`;
};

it('docs/events.md is the event catalogue', async () => {
  const streams = [...new Set(catalogue.map(({ context, stream }) => `${context}|${stream}`))];
  const parts = streams.map((key) => {
    const [context = '', stream = ''] = key.split('|');
    const events = catalogue.filter((one) => one.context === context && one.stream === stream);
    return `## \`${stream}\` (${context})\n\n${events.map(eventText).join('\n\n')}`;
  });
  const head = `# The event catalogue

The published language of Homeward: every event of every context, from \`libs/contracts\`. Each is checked against its schema when it is
appended. Fields marked *personal* are sealed under the key of the person before they reach the log. A \`?\` marks what may be missing.`;
  await holds('events.md', `${[head, ...parts].join('\n\n')}\n`);
});

it('docs/access.md is the table of who may do what', async () => {
  const shown = roles.filter((role) => role !== 'admin');
  const rows = Object.entries(capabilities).map(([name, { says, grants }]) => {
    const of: Readonly<Record<string, string | undefined>> = grants;
    return `| \`${name}\` | ${says} | ${[...shown, 'admin'].map((role) => of[role] ?? '–').join(' | ')} |`;
  });
  const text = `# Who may do what

One table in the code (\`libs/access/capabilities.ts\`), from which guards, the role × route test and this page come. *own*: of their own
organisation only. *admin* may do everything in a demo, and what stands here in production.

| capability | may | ${[...shown, 'admin'].join(' | ')} |
|---|---|${[...shown, 'admin'].map(() => '---').join('|')}|
${rows.join('\n')}
`;
  await holds('access.md', text);
});

it('docs/metrics.md is the figures and their rules', async () => {
  const parts = definitions.map(({ id, title, unit, source, versions }) => {
    const rules = versions.map(
      ({ version, says }, index) => `- \`${version}\`${index === 0 ? ' (default)' : ''}: ${says}`,
    );
    return `## \`${id}\`\n\n${title}. Unit: ${unit}. Source: ${source}.\n\n${rules.join('\n')}`;
  });
  const head = `# The figures

Every figure names its rule and its version, carries the log position it was computed at, and opens to the people and then the events
behind it. \`GET /api/v1/metrics/{id}?from=&to=\` counts from \`from\` up to and without \`to\`, civil dates in London; \`version=\` picks another
rule, \`knownAt=\` what was known at an instant. Nothing to divide by is \`null\`, never 0.`;
  await holds('metrics.md', `${[head, ...parts].join('\n\n')}\n`);
});
