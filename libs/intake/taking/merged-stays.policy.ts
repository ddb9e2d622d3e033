import { Injectable } from '@nestjs/common';
import { stayContracts } from '#libs/contracts/intake/stay-events.js';
import type { Policy, PolicyContext } from '#libs/event-feed/port.js';
import { isOf } from '#libs/event-store/contracted.js';
import type { StoredEvent } from '#libs/event-store/port.js';
import { MergedStays } from './merged-stays.js';

const isStayNews = isOf(stayContracts);

/**
 * Finishes what a process began that ended between writing of a visit and telling the stay it is part of. Whoever takes a message does so before
 * it is answered; then there is nothing left to do here.
 */
@Injectable()
export class MergedStaysPolicy implements Policy {
  readonly name = 'intake.merged-stays';
  readonly version = 1;
  readonly wants = { streamPrefixes: ['stay-'] };

  constructor(private readonly merged: MergedStays) {}

  async react(event: StoredEvent, { metadata, wrote }: PolicyContext): Promise<void> {
    if (!isStayNews(event)) return;
    const { type, data } = event;
    if (type !== 'StaysMerged' && data.stay.status !== 'merged') return;
    const told = await this.merged.tell(data.stay.stayId, metadata);
    if (told.wrote !== undefined) wrote(told.wrote);
  }
}
