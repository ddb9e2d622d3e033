import { Controller, Get, Param } from '@nestjs/common';
import type { CapabilityStatement, StructureDefinition } from 'fhir/r4.js';
import { Open } from '#libs/access/may.js';
import { Problem } from '#libs/platform/problem.js';
import { Routes } from '#libs/platform/routes.js';
import { Settings } from '#libs/platform/settings.js';
import { capabilityStatement } from './capability-statement.js';
import { definitions } from './definitions.js';

/** What is offered as FHIR, and our own extensions. */
@Controller('fhir/R4')
export class FhirMetadataController {
  private statement: CapabilityStatement | undefined;

  constructor(
    private readonly routes: Routes,
    private readonly settings: Settings,
  ) {}

  @Get('metadata')
  @Open('what can be sent is no secret')
  metadata(): CapabilityStatement {
    this.statement ??= capabilityStatement(this.routes.all(), this.settings.publicUrl ?? '');
    return this.statement;
  }

  @Get('StructureDefinition/:id')
  @Open('what our extensions mean is no secret')
  definition(@Param('id') id: string): StructureDefinition {
    const found = definitions.get(id);
    if (!found) throw Problem.notFound('This StructureDefinition');
    return found;
  }
}
