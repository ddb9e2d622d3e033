import { Body, Controller, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { caseFlags } from '#libs/contracts/discharge/case-events.js';
import { May } from '#libs/access/may.js';
import { scopeOf } from '#libs/access/scope.js';
import { Signed } from '#libs/access/signed.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import type { CommandContext } from '#libs/event-store/decider.js';
import { londonDate } from '#libs/nhs/index.js';
import type { Details } from '#libs/people/port.js';
import { problemOfRefusal } from '#libs/platform/answer.js';
import { Answers } from '#libs/platform/answers.js';
import { Clock } from '#libs/platform/clock.js';
import { Context } from '#libs/platform/command-context.js';
import { Problem } from '#libs/platform/problem.js';
import { Settings } from '#libs/platform/settings.js';
import { CommandBody, IsCivilDate, IsCodes, IsPart, IsText, MayBeLeftOut } from '#libs/platform/validation.js';
import { otherHospital } from '../domain/refusals.js';
import { ReferPerson } from './refer-person.js';
import {
  identifiersOf,
  Involvement,
  involvementOf,
  isOfTestPerson,
  IsNeeds,
  nhsNumberOf,
  ReferredPerson,
} from './referral-parts.js';

export class ReferralBody extends CommandBody {
  @IsPart(() => ReferredPerson)
  person!: ReferredPerson;

  /** ODS code. */
  @IsText(50)
  hospital!: string;

  @MayBeLeftOut()
  @IsText(100)
  ward?: string;

  @IsText(100)
  homeAuthority!: string;

  @MayBeLeftOut()
  @IsCivilDate()
  expectedDischargeDate?: string;

  @IsNeeds()
  needs!: Record<string, unknown>;

  @MayBeLeftOut()
  @IsCodes(caseFlags)
  flags?: (typeof caseFlags)[number][];

  @IsPart(() => Involvement)
  involvement!: Involvement;

  @IsText(200)
  referredBy!: string;
}

const detailsOf = (person: ReferredPerson): Details => ({
  ...(nhsNumberOf(person) === undefined ? {} : { nhsNumber: nhsNumberOf(person) ?? null }),
  familyName: person.familyName,
  givenNames: person.givenNames,
  birthDate: person.birthDate,
  sex: person.sex,
  postcode: person.postcode,
  ...(person.language === undefined ? {} : { language: person.language }),
  ...(person.interpreter === undefined ? {} : { interpreter: person.interpreter }),
});

/** `POST /cases`: refers a person to the integrated discharge team. */
@Controller('api/v1/cases')
export class ReferPersonEndpoint {
  constructor(
    private readonly commands: CommandBus,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  @Post()
  @May('case.refer')
  @Answers({ caseId: 'string', personId: 'string', stayId: 'string?', previousCaseId: 'string?' })
  async refer(@Body() body: ReferralBody, @Signed() user: SignedIn, @Context() context: CommandContext) {
    const scope = scopeOf(user);
    if (scope !== undefined && scope !== body.hospital) throw problemOfRefusal(otherHospital);
    this.check(body.person);
    const said = {
      hospital: body.hospital,
      ward: body.ward ?? null,
      homeAuthority: body.homeAuthority,
      expectedDischargeDate: body.expectedDischargeDate ?? null,
      needs: body.needs,
      flags: body.flags ?? [],
      involvement: involvementOf(body.involvement),
      referredBy: body.referredBy,
    };
    const person = { identifiers: identifiersOf(body.person), details: detailsOf(body.person) };
    const referred = await this.commands.execute(new ReferPerson(person, said, context));
    if (!referred.ok) throw problemOfRefusal(referred);
    const { caseId, personId, stayId, previousCaseId, revision, position } = referred;
    return { id: caseId, caseId, personId, stayId, ...(previousCaseId ? { previousCaseId } : {}), revision, position };
  }

  /** What a DTO cannot know: today, and whether this is the real world (api.md: production takes no NHS number beginning 9). */
  private check(person: ReferredPerson): void {
    if (person.birthDate > londonDate(this.clock.now()))
      throw Problem.invalidField('person.birthDate', 'must not lie in the future');
    if (this.settings.mode === 'production' && isOfTestPerson(person))
      throw Problem.invalidField('person.nhsNumber', 'must not be a test number, which begins with 9');
  }
}
