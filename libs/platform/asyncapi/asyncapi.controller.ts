import { Controller, Get } from '@nestjs/common';
import { Open } from '../../access/may.js';
import { Settings } from '../settings.js';
import { asyncApiDocument } from './asyncapi-document.js';
import type { Json } from './json.js';

@Controller('api')
export class AsyncApiController {
  private made: Json | undefined;

  constructor(private readonly settings: Settings) {}

  /** The topics and every message on them, as AsyncAPI. */
  @Get('asyncapi.json')
  @Open('what can be asked is no secret')
  document(): Json {
    this.made ??= asyncApiDocument(this.settings.kafka?.prefix ?? '');
    return this.made;
  }
}
