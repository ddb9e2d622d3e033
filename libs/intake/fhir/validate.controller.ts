import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { OperationOutcome } from 'fhir/r4.js';
import type { FastifyRequest } from 'fastify';
import { May } from '#libs/access/may.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { Signed } from '#libs/access/signed.js';
import { openBundle } from '../domain/fhir/bundle.js';
import { typeOf } from '../domain/fhir/check.js';
import type { Issue } from '../domain/fhir/issue.js';
import { refuseOtherTypes, senderOf } from './fhir.controller.js';
import { FhirReader } from './fhir-reader.js';
import { operationOutcome, type Within } from './operation-outcome.js';
import { outcomeOfReading } from './outcomes.js';

/** Whether a resource could be taken, and all that is wrong with it. Nothing of it is kept. */
@Controller('fhir/R4')
export class ValidateController {
  constructor(private readonly reader: FhirReader) {}

  /** The resource, or Parameters with a `resource`. */
  @Post(['$validate', 'Encounter/$validate', 'Bundle/$validate'])
  @May('feed.send')
  @HttpCode(200)
  validate(@Body() body: unknown, @Req() request: FastifyRequest, @Signed() sender: SignedIn): OperationOutcome {
    refuseOtherTypes(request);
    const asked = typeOf(body) === 'Parameters' ? resourceOf(body) : body;
    const [issues, within] = this.issuesOf(asked, senderOf(sender));
    return operationOutcome({ issues }, within);
  }

  private issuesOf(resource: unknown, sender: string): readonly [readonly Issue[], Within] {
    const type = typeOf(resource);
    if (type === 'Encounter' || type === 'Patient') {
      const { heard } = this.reader.readAlone(type === 'Encounter' ? 'encounter' : 'patient', resource, sender);
      return [outcomeOfReading(heard), 'resource'];
    }
    const opened = openBundle(resource);
    if (!opened.ok) return [[opened.issue], 'bundle'];
    const issues = opened.bundled.entries.flatMap((entry) => {
      if (entry.kind === 'refused') return [entry.issue];
      const told = this.reader.readEntry(entry, sender);
      return told ? outcomeOfReading(told.heard) : [];
    });
    return [issues, 'bundle'];
  }
}

/** The `resource` of FHIR's Parameters. */
const resourceOf = (parameters: unknown): unknown => {
  const list: unknown =
    typeof parameters === 'object' && parameters !== null ? Reflect.get(parameters, 'parameter') : [];
  const found: unknown = (Array.isArray(list) ? list : []).find(
    (one: unknown) => typeof one === 'object' && one !== null && Reflect.get(one, 'name') === 'resource',
  );
  return typeof found === 'object' && found !== null ? Reflect.get(found, 'resource') : undefined;
};
