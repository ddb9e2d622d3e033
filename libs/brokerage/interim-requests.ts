import { Injectable } from '@nestjs/common';
import type { Refusal } from '#libs/event-store/decider.js';
import { stageOf } from './domain/request-state.js';
import { interimUnknown } from './refusals.js';
import { RequestStreams } from './request-streams.js';

/** An interim request stands in for another one of the same case until that is found. */
@Injectable()
export class InterimRequests {
  constructor(private readonly requests: RequestStreams) {}

  async refusal(interimFor: string | null | undefined, caseId: string, self?: string): Promise<Refusal | null> {
    if (interimFor === null || interimFor === undefined) return null;
    const wanted = await this.requests.load(interimFor);
    return wanted && interimFor !== self && stageOf(wanted.request).caseId === caseId ? null : interimUnknown;
  }
}
