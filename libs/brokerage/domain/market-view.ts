import type { RequestDetails } from '#libs/contracts/brokerage/request-events.js';
import { deIdentify, type Identity } from './de-identify.js';
import { awardOf, stageOf, type Offer, type PlacementRequest, type RequestStateName } from './request-state.js';

/** A person as the provider that cares for them may know them: from the award on. */
export interface PersonForProvider extends Identity {
  readonly name: string | null;
}

/** A request as one provider sees it: its own offers and answers, and no identity until it is awarded to it. */
export interface MarketView {
  readonly requestId: string;
  readonly state: RequestStateName;
  readonly serviceType: string;
  readonly outwardPostcode: string | null;
  readonly ageBand: string | null;
  readonly hoursPerWeek: number | null;
  readonly callsPerDay: number | null;
  readonly carersPerCall: number | null;
  readonly startBy: string | null;
  /** Only for who has answered with interest or an offer (`domain.md` §9: the full form goes to providers who respond). */
  readonly needs: unknown;
  readonly preferences: unknown;
  readonly sentAt: string | null;
  readonly responses: readonly { readonly response: string; readonly reason: string | null; readonly at: string }[];
  readonly offers: readonly OfferOfProvider[];
  readonly awarded: boolean;
  readonly startsOn: string | null;
  readonly person: PersonForProvider | null;
  readonly receipts: readonly { readonly providerId: string; readonly acknowledgedBy: unknown; readonly at: string }[];
}
type OfferOfProvider = Pick<
  Offer,
  'offerId' | 'providerId' | 'state' | 'canStartOn' | 'weeklyPrice' | 'notes' | 'receivedAt'
>;

/** Whether a provider may see the request at all: it was asked, has offered, or holds the award. */
export const isForProvider = (request: PlacementRequest, providerId: string): boolean => {
  const stage = stageOf(request);
  return (
    stage.sent.some((sent) => sent.providerIds.includes(providerId)) ||
    stage.offers.some((offer) => offer.providerId === providerId) ||
    stage.responses.some((response) => response.providerId === providerId)
  );
};

export const isAwardedTo = (request: PlacementRequest, providerId: string): boolean =>
  request.status !== 'withdrawn' && awardOf(stageOf(request))?.providerId === providerId;

/** The request for one provider. `details` are opened; `person` is shown only to the provider it is awarded to. */
export const marketView = (
  request: PlacementRequest,
  providerId: string,
  details: RequestDetails,
  person: PersonForProvider | null,
  ageBand: string | null,
): MarketView => {
  const stage = stageOf(request);
  const awarded = isAwardedTo(request, providerId);
  const offers = offersShown(request).filter((offer) => offer.providerId === providerId);
  const responses = stage.responses.filter((response) => response.providerId === providerId);
  const engaged = offers.length > 0 || responses.some((response) => response.response === 'interested');
  const identity = person ?? {};
  const forMarket = (value: unknown): unknown => (awarded ? value : deIdentify(value, identity));
  const firstSent = stage.sent.find((sent) => sent.providerIds.includes(providerId));
  return {
    requestId: stage.requestId,
    state: request.status,
    serviceType: details.serviceType,
    outwardPostcode: outwardOnly(details.outwardPostcode ?? null),
    ageBand,
    hoursPerWeek: details.hoursPerWeek ?? null,
    callsPerDay: details.callsPerDay ?? null,
    carersPerCall: details.carersPerCall ?? null,
    startBy: details.startBy ?? null,
    needs: engaged ? forMarket(details.needs ?? null) : null,
    preferences: forMarket(engaged ? (details.preferences ?? null) : atFirstSight(details.preferences)),
    sentAt: firstSent?.at ?? null,
    responses: responses.map(({ response, reason, at }) => ({ response, reason, at })),
    offers: offers.map(({ offerId, providerId: by, state, canStartOn, weeklyPrice, notes, receivedAt }) => ({
      offerId,
      providerId: by,
      state,
      canStartOn,
      weeklyPrice,
      notes,
      receivedAt,
    })),
    awarded,
    startsOn: awarded ? (awardOf(stage)?.startsOn ?? null) : null,
    person: awarded ? person : null,
    receipts: stage.receipts.filter((receipt) => receipt.providerId === providerId),
  };
};

/** What a provider must know to say whether it can: who can talk with the person, and who may care for them. */
const atFirstSight = (preferences: unknown): unknown => {
  if (typeof preferences !== 'object' || preferences === null) return null;
  const wanted = ['languages', 'carerGender', 'communication', 'diet'];
  return Object.fromEntries(Object.entries(preferences).filter(([key]) => wanted.includes(key)));
};

/** The outward part, whatever was typed: a whole postcode never leaves. */
const outwardOnly = (postcode: string | null): string | null =>
  postcode === null ? null : (postcode.trim().split(/\s+/)[0]?.slice(0, 4) ?? null);

/** Offers of a withdrawn request are shown as withdrawn: what stood is given back if the withdrawal is taken back. */
export const offersShown = (request: PlacementRequest): readonly Offer[] => {
  const { offers } = stageOf(request);
  if (request.status !== 'withdrawn') return offers;
  return offers.map((offer) =>
    ['provisional', 'confirmed', 'awarded'].includes(offer.state) ? { ...offer, state: 'withdrawn' } : offer,
  );
};
