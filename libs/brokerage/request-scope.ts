import { Injectable } from '@nestjs/common';
import { scopeOf } from '#libs/access/scope.js';
import type { SignedIn } from '#libs/access/signed-in.js';
import { problemOfRefusal } from '#libs/platform/answer.js';
import { Problem } from '#libs/platform/problem.js';
import { isForProvider } from './domain/market-view.js';
import { notFound, offerNotFound } from './domain/refusals.js';
import { stageOf } from './domain/request-state.js';
import { RequestStreams, type LoadedRequest } from './request-streams.js';

/** The provider a caller stands for; `null` for those whose grant is not limited to their own organisation. */
export const ownProvider = (user: SignedIn): string | null => scopeOf(user) ?? null;

/** A provider speaks only for itself. @throws Problem 403 */
export const mustSpeakFor = (user: SignedIn, providerId: string): void => {
  const own = ownProvider(user);
  if (own !== null && own !== providerId) {
    throw new Problem(403, 'provider.not-own', 'You may speak only for your own organisation.');
  }
};

/** Which requests a caller may see and act on: a provider those it was asked for, and of them its own offers alone. */
@Injectable()
export class RequestScope {
  constructor(private readonly requests: RequestStreams) {}

  /** @throws Problem 404 when there is no such request for this caller. */
  async visible(user: SignedIn, requestId: string): Promise<LoadedRequest> {
    const found = await this.requests.load(requestId);
    const own = ownProvider(user);
    if (!found || (own !== null && !isForProvider(found.request, own))) throw problemOfRefusal(notFound);
    return found;
  }

  /** @throws Problem 403 for another provider's id, 404 for a request it was not asked for. */
  async asProvider(user: SignedIn, requestId: string, providerId: string): Promise<void> {
    mustSpeakFor(user, providerId);
    if (ownProvider(user) !== null) await this.visible(user, requestId);
  }

  /** @throws Problem 404 when the offer is another provider's. */
  async withOffer(user: SignedIn, requestId: string, offerId: string): Promise<void> {
    const own = ownProvider(user);
    if (own === null) return;
    const { request } = await this.visible(user, requestId);
    const offer = stageOf(request).offers.find((candidate) => candidate.offerId === offerId);
    if (offer?.providerId !== own) throw problemOfRefusal(offerNotFound);
  }
}
