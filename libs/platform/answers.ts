import { SetMetadata } from '@nestjs/common';

export const answersKey = 'platform:answers';

type Word = 'string' | 'number' | 'integer' | 'boolean' | 'date' | 'date-time';
/** A field of an answer: a word, `word?` when it may be null, a list of one shape, a nested shape, or JSON schema as `{$schema: …}`. */
export type Field =
  | Word
  | `${Word}?`
  | readonly [Field]
  | { readonly [field: string]: Field }
  | { readonly $schema: Readonly<Record<string, unknown>> };

export type Shape = Readonly<Record<string, Field>>;

/**
 * What a route answers, for `/api/openapi.json`: `@Answers({caseId: 'string', since: 'date-time?', delays: [{reason: 'string'}]})`.
 * Commands need it only for what they add to `{id, revision, position}`.
 */
export const Answers = (shape: Shape): MethodDecorator => SetMetadata(answersKey, shape);

/** `{items, nextCursor}` of such items. */
export const AnswersList = (item: Shape): MethodDecorator => Answers({ items: [item], nextCursor: 'string?' });

const schemaOfFields = (shape: { readonly [field: string]: Field }): Record<string, unknown> => ({
  type: 'object',
  properties: Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, schemaOfField(field)])),
});

const schemaOfField = (field: Field): Record<string, unknown> => {
  if (typeof field === 'string') {
    const word = field.replace('?', '');
    const type = word === 'date' || word === 'date-time' ? 'string' : word;
    const format = type === word ? {} : { format: word };
    return { type: field.endsWith('?') ? [type, 'null'] : type, ...format };
  }
  if (isList(field)) return { type: 'array', items: schemaOfField(field[0]) };
  if (isSchema(field)) return { ...field.$schema };
  return schemaOfFields(field);
};

type Nested = Exclude<Field, Word | `${Word}?`>;
const isList = (field: Nested): field is readonly [Field] => Array.isArray(field);
const isSchema = (
  field: Exclude<Nested, readonly [Field]>,
): field is { readonly $schema: Readonly<Record<string, unknown>> } => '$schema' in field;

/** JSON schema of a shape. */
export const schemaOfShape = (shape: Shape): Record<string, unknown> => schemaOfFields(shape);

export const takesKey = 'platform:takes';

/** What stands in the body of a route that takes other things than a DTO, by media type; and the headers that belong to it. */
export interface TakenBody {
  readonly content: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly headers?: Readonly<Record<string, { readonly description: string }>>;
}

/** The body of such a route, for `/api/openapi.json`: `@Takes(() => ({content: {'text/csv': {schema, example}}}))`. */
export const Takes = (body: () => TakenBody): MethodDecorator => SetMetadata(takesKey, body);
