import { Injectable } from '@nestjs/common';
import { ageOn } from '#libs/nhs/age.js';
import { londonDate } from '#libs/nhs/civil-date.js';
import { PeopleDirectory, PeopleVault, type Details } from '#libs/people/port.js';
import { Clock } from '#libs/platform/clock.js';
import { Problem } from '#libs/platform/problem.js';
import type { CheckSubject } from '../subjects/check-subject.js';
import type { EpisodeSubject } from '../subjects/episode-subject.js';
import type { RequestSubject } from '../subjects/request-subject.js';
import { SubjectsReader } from '../subjects/subjects.reader.js';
import { worklistRow, type WorklistRow } from './worklist.js';

export interface WorklistItem extends WorklistRow {
  /** Null when no birth date is held. */
  readonly ageAtDischarge: number | null;
  readonly name: string | null;
  readonly nhsNumber: string | null;
}

export const nameOf = (details: Details | undefined): string | null => {
  const name = [details?.givenNames, details?.familyName].filter(Boolean).join(' ');
  return name === '' ? null : name;
};

const ageAt = (details: Details | undefined, on: string): number | null =>
  details?.birthDate ? ageOn({ birthDate: details.birthDate }, on) : null;
const caseOf = ({ caseId }: { readonly caseId: string }): string => caseId;

/** The day-91 worklist: every check that applies, the one due first on top. */
@Injectable()
export class WorklistReader {
  constructor(
    private readonly reader: SubjectsReader,
    private readonly people: PeopleDirectory,
    private readonly vault: PeopleVault,
    private readonly clock: Clock,
  ) {}

  async all(): Promise<WorklistItem[]> {
    const [checks, episodes, requests] = await Promise.all([
      this.reader.ofKind('check'),
      this.reader.ofKind('episode'),
      this.reader.ofKind('request'),
    ]);
    return this.items(checks, episodes, requests);
  }

  /** Throws 404 when there is none, or it does not apply any more. */
  async one(checkId: string): Promise<WorklistItem> {
    const check = await this.reader.find('check', checkId);
    const [item] = check
      ? await this.items(
          [check],
          await this.reader.ofCase('episode', check.caseId),
          await this.reader.ofCase('request', check.caseId),
        )
      : [];
    if (!item) throw new Problem(404, 'check.not-found', 'There is no day-91 check with this id.');
    return item;
  }

  private async items(
    checks: readonly CheckSubject[],
    episodes: readonly EpisodeSubject[],
    requests: readonly RequestSubject[],
  ): Promise<WorklistItem[]> {
    const today = londonDate(this.clock.now());
    const effective = checks.filter(({ cancelled }) => !cancelled);
    const died = await this.reader.diedAmong(effective.map(({ personId }) => personId));
    const [episodesOf, requestsOf] = [Map.groupBy(episodes, caseOf), Map.groupBy(requests, caseOf)];
    const rows = effective.map((check, index): WorklistRow =>
      worklistRow(
        check,
        episodesOf.get(check.caseId) ?? [],
        requestsOf.get(check.caseId) ?? [],
        died[index] ?? false,
        today,
      ),
    );
    rows.sort((a, b) => (a.dueOn === b.dueOn ? (a.checkId < b.checkId ? -1 : 1) : a.dueOn < b.dueOn ? -1 : 1));
    const details = await this.people.details(rows.map(({ personId }) => personId));
    const opened = await this.vault.open(rows);
    return opened.map((row) => ({
      ...row,
      ageAtDischarge: ageAt(details.get(row.personId), row.dischargedOn),
      name: nameOf(details.get(row.personId)),
      nhsNumber: details.get(row.personId)?.nhsNumber ?? null,
    }));
  }
}
