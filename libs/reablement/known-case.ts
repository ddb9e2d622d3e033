import { Injectable } from '@nestjs/common';
import { EventFeed } from '#libs/event-feed/port.js';
import { StoreUnavailable } from '#libs/event-store/port.js';
import { Problem } from '#libs/platform/problem.js';
import type { CaseSubject } from './subjects/case-subject.js';
import { SubjectsReader } from './subjects/subjects.reader.js';
import { subjects } from './subjects/subjects.projection.js';

/** Finds the case a command speaks of, after the newest referral has arrived. */
@Injectable()
export class KnownCase {
  constructor(
    private readonly reader: SubjectsReader,
    private readonly feed: EventFeed,
  ) {}

  /** Throws 404 when there is no such case. */
  async of(caseId: string): Promise<CaseSubject> {
    await this.newest();
    const found = await this.reader.find('case', caseId);
    if (found === null) throw new Problem(404, 'case.not-found', 'There is no case with this id.');
    return found;
  }

  /** The person behind an episode or a check, so that free text is sealed under their key. */
  async personOf(kind: 'episode' | 'check', id: string): Promise<string> {
    await this.newest();
    const found = await this.reader.find(kind, id);
    if (found === null)
      throw new Problem(
        404,
        `${kind}.not-found`,
        kind === 'check' ? 'There is no day-91 check with this id.' : 'There is no reablement episode with this id.',
      );
    return found.personId;
  }

  /** What is said to be missing must not merely be late. */
  private async newest(): Promise<void> {
    if (!(await this.feed.caughtUp([subjects.name])))
      throw new StoreUnavailable('The reablement tables are behind the log.');
  }
}
