import { Body, Controller, Param, Put, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { Matches } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { May } from '#libs/access/may.js';
import {
  cqcRatings,
  serviceTypes,
  type CqcRating,
  type ProviderDetails,
  type ServiceType,
} from '#libs/contracts/brokerage/request-events.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { answer } from '#libs/platform/answer.js';
import { Context } from '#libs/platform/command-context.js';
import { idPattern } from '#libs/platform/ids.js';
import { Problem } from '#libs/platform/problem.js';
import { CommandBody, IsCode, IsCodes, IsText, IsTexts, MayBeLeftOut } from '#libs/platform/validation.js';
import { IsFreeObject, IsOutwardPostcode } from '../details.dto.js';
import { RegisterProvider } from './register-provider.js';

export class ProviderBody extends CommandBody {
  @IsText(200)
  name!: string;

  @IsText(64)
  @Matches(/^[A-Za-z0-9-]+$/, { message: 'must be a CQC location id, such as 1-1234567890' })
  cqcLocationId!: string;

  @IsCode(cqcRatings)
  cqcRating!: CqcRating;

  @IsCodes(serviceTypes)
  services!: ServiceType[];

  @IsTexts(500, 8)
  @IsOutwardPostcode({ each: true })
  areas!: string[];

  @MayBeLeftOut()
  @IsTexts()
  languages?: string[];

  @MayBeLeftOut()
  @IsTexts()
  cultures?: string[];

  @MayBeLeftOut()
  @IsTexts()
  diets?: string[];

  @MayBeLeftOut()
  @IsTexts()
  carerGenders?: string[];

  @MayBeLeftOut()
  @IsTexts()
  communication?: string[];

  @MayBeLeftOut()
  @IsTexts()
  skills?: string[];

  /** Weekly price by service type. */
  @MayBeLeftOut()
  @IsFreeObject(2000)
  minimumSustainablePrice?: Record<string, unknown>;
}

/** @throws Problem 400 for what is no service type, or no price. */
export const pricesOf = (given: Record<string, unknown> | undefined): Record<string, number> => {
  const services: readonly string[] = serviceTypes;
  return Object.fromEntries(
    Object.entries(given ?? {}).map(([service, price]) => {
      const field = `minimumSustainablePrice.${service}`;
      if (!services.includes(service)) {
        throw Problem.invalidField('minimumSustainablePrice', `must name only ${services.join(', ')}`);
      }
      if (typeof price !== 'number' || !Number.isFinite(price) || price < 0 || price > 100_000) {
        throw Problem.invalidField(field, 'must be a weekly price from 0 to 100000');
      }
      return [service, price];
    }),
  );
};

export const detailsOf = (body: ProviderBody): ProviderDetails => ({
  name: body.name.trim(),
  cqcLocationId: body.cqcLocationId,
  cqcRating: body.cqcRating,
  services: body.services,
  areas: body.areas,
  languages: body.languages ?? [],
  cultures: body.cultures ?? [],
  diets: body.diets ?? [],
  carerGenders: body.carerGenders ?? [],
  communication: body.communication ?? [],
  skills: body.skills ?? [],
  minimumSustainablePrice: pricesOf(body.minimumSustainablePrice),
});

@Controller('api/v1/providers')
export class RegisterProviderEndpoint {
  constructor(private readonly commands: CommandBus) {}

  @Put(':id')
  @May('request.source')
  async put(
    @Param('id') providerId: string,
    @Body() body: ProviderBody,
    @Context() context: CommandContext,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (!idPattern.test(providerId)) {
      throw Problem.invalidField('id', 'must be an id: letters, digits, - and _, at most 64');
    }
    const executed = await this.commands.execute(new RegisterProvider(providerId, detailsOf(body), context));
    if (executed.ok && executed.events.some((event) => event.type === 'ProviderRegistered')) reply.status(201);
    return answer(executed, { providerId });
  }
}
