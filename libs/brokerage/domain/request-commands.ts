import type { DeclineReason, RequestDetails, ServiceType } from '#libs/contracts/brokerage/request-events.js';
import type { Standing } from './standing.js';
import type { Answers, PauseCause, WithdrawalCause } from './request-state.js';

/** Details as a form or a caller gives them: what is left out stays as it is, null clears. */
export type DetailsGiven = Partial<RequestDetails>;

export interface OpenRequest {
  readonly type: 'open';
  readonly caseId: string;
  readonly by: 'hand' | 'policy';
  readonly details: RequestDetails;
  readonly answers?: Answers;
  /** Made by the policy, so that opening twice is opening once. */
  readonly eventId?: string;
}
export interface CompleteRequest {
  readonly type: 'complete';
  readonly details: DetailsGiven;
  /** The signed-in user: from now on the requester. */
  readonly by: string;
}
export interface ApproveRequest {
  readonly type: 'approve';
  /** Who approved, as it was written. */
  readonly approver: string;
  /** The signed-in user. */
  readonly by: string;
  /** The user of that name, if it is one: a requester named as the approver is refused, whoever is signed in. */
  readonly named: string | null;
}
export interface ClaimRequest {
  readonly type: 'claim' | 'release';
  readonly broker: string;
}
export interface SendRequest {
  readonly type: 'send';
  readonly broker: string;
  readonly providers: readonly Standing[];
  readonly wave?: number;
}
export interface RecordResponse {
  readonly type: 'respond';
  readonly providerId: string;
  readonly response: 'interested' | 'declined';
  readonly reason: DeclineReason | null;
}
export interface ReceiveOffer {
  readonly type: 'offer';
  readonly offerId: string;
  readonly provider: Standing;
  readonly canStartOn: string;
  readonly weeklyPrice: number;
  readonly notes: string | null;
}
export interface ActOnOffer {
  readonly type: 'confirm-offer' | 'withdraw-offer';
  readonly offerId: string;
}
export interface ApproveOffer {
  readonly type: 'approve-offer';
  readonly offerId: string;
  readonly approver: string;
  readonly by: string;
}
export interface AwardPlacement {
  readonly type: 'award';
  readonly broker: string;
  readonly offerId: string;
  readonly reason: string;
  readonly familyChoice: boolean | null;
  /** The provider of the offer as it stands now. */
  readonly provider: Standing;
}
export interface StartPlacement {
  readonly type: 'start';
  readonly broker: string;
  readonly startedOn: string;
}
export interface FailPlacement {
  readonly type: 'fail';
  readonly broker: string;
  readonly reason: string;
}
export interface WithdrawRequest {
  readonly type: 'withdraw';
  readonly reason: string;
}
export interface AcknowledgeWithdrawal {
  readonly type: 'acknowledge';
  readonly providerId: string;
  readonly acknowledgedBy: string;
}

/** What a policy does, dated with its cause and with an id made from it. */
interface ByPolicy {
  readonly eventId: string;
  readonly occurredAt: string;
}
export type PolicyCommand = ByPolicy &
  (
    | { readonly type: 'policy-change'; readonly serviceType: ServiceType; readonly answers: Answers }
    | { readonly type: 'policy-pause' | 'policy-resume'; readonly because: PauseCause }
    | { readonly type: 'policy-withdraw'; readonly because: Exclude<WithdrawalCause, 'hand'> }
    | { readonly type: 'policy-reinstate' }
    | { readonly type: 'embargo-offer'; readonly offerId: string }
    | { readonly type: 'flag-award'; readonly providerId: string; readonly status: string }
  );

export type RequestCommand =
  | OpenRequest
  | CompleteRequest
  | ApproveRequest
  | ClaimRequest
  | SendRequest
  | RecordResponse
  | ReceiveOffer
  | ActOnOffer
  | ApproveOffer
  | AwardPlacement
  | StartPlacement
  | FailPlacement
  | WithdrawRequest
  | AcknowledgeWithdrawal
  | PolicyCommand;
