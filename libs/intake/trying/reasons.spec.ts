import { readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/connect-a-ward.md', root), 'utf8');

/** Where sentences that senders get to read are written; not what is logged, nor the words of HL7's own tables in ERR. */
const folders = ['domain/hl7', 'domain/cloud-events', 'taking', 'mllp'].map((name) => `libs/intake/${name}/`);
const files = folders.flatMap((folder) =>
  readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.ts') && !/\.(spec|int|property)\b/.test(name))
    .filter((name) => !['error-segment.ts', 'line-counts.ts', 'mllp-server.ts'].includes(name))
    .map((name) => `${folder}${name}`),
);

const textOf = (node: ts.Node): string | undefined =>
  ts.isStringLiteral(node) ||
  ts.isNoSubstitutionTemplateLiteral(node) ||
  ts.isTemplateHead(node) ||
  ts.isTemplateMiddle(node) ||
  ts.isTemplateTail(node)
    ? node.text.trim()
    : undefined;

/** Every text of three words or more that is no SQL and no fault of our own; of a template the parts between what is filled in. */
const sentencesIn = (file: string): readonly string[] => {
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isNewExpression(node)) return;
    const text = textOf(node);
    if (text !== undefined && text.split(/\s+/).length >= 3) found.push(text);
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile(file, readFileSync(new URL(file, root), 'utf8'), ts.ScriptTarget.Latest, true));
  return found;
};

/** What nobody outside gets to read. */
const inside = ['does not listen', 'is nested too deeply'];

test('docs/connect-a-ward.md has every reason that a message can be answered with', () => {
  const missing = files.flatMap((file) =>
    sentencesIn(file)
      .filter((sentence) => !inside.includes(sentence) && !page.includes(sentence))
      .map((sentence) => `${file}: ${sentence}`),
  );
  expect(missing).toEqual([]);
  expect(files.flatMap(sentencesIn).length).toBeGreaterThan(50);
});

test('and every flag', () => {
  const flags = files.flatMap((file) => [
    ...readFileSync(new URL(file, root), 'utf8').matchAll(/flags\.add\('([^']+)'\)|'(control-id-reused)'/g),
  ]);
  for (const [, one, other] of flags) expect(page).toContain(`\`${one ?? other ?? ''}\``);
  expect(flags.length).toBeGreaterThan(1);
  expect(page).toContain('`time-in-missing-hour`');
});
