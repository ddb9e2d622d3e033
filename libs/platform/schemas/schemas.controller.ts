import { Controller, Get, Header, Param } from '@nestjs/common';
import { Open } from '../../access/may.js';
import type { Json } from '../asyncapi/json.js';
import { Problem } from '../problem.js';
import { schemaDocuments, type SchemaDocument } from './schema-documents.js';

/** JSON Schemas of what partners send and of every event that is told, made from the contracts. */
@Controller('api/schemas')
export class SchemasController {
  private made: ReadonlyMap<string, SchemaDocument> | undefined;

  /** What there is: `{items: [{name, says, url}]}`. */
  @Get()
  @Open('what can be asked is no secret')
  index(): Json {
    const items = [...this.documents().values()].map(({ name, says }) => ({
      name,
      says,
      url: `/api/schemas/${name}.json`,
    }));
    return { items };
  }

  @Get(':file')
  @Open('what can be asked is no secret')
  @Header('content-type', 'application/schema+json; charset=utf-8')
  one(@Param('file') file: string): Json {
    const found = file.endsWith('.json') ? this.documents().get(file.slice(0, -'.json'.length)) : undefined;
    if (!found) throw Problem.notFound('This schema');
    return found.schema;
  }

  private documents(): ReadonlyMap<string, SchemaDocument> {
    this.made ??= schemaDocuments();
    return this.made;
  }
}
