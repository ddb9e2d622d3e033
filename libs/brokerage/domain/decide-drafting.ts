import type { Decision } from '#libs/event-store/decider.js';
import type { RequestDetails, RequestEvent } from '#libs/contracts/brokerage/request-events.js';
import { evenPaused, wrongStage, workable } from './refusals.js';
import type {
  ApproveRequest,
  CompleteRequest,
  DetailsGiven,
  OpenRequest,
  WithdrawRequest,
} from './request-commands.js';
import { missingFields, type RequestState } from './request-state.js';

type Decided = Decision<RequestEvent>;

/** A case and a service type are enough for a draft. */
export const open = (command: OpenRequest, state: RequestState): Decided => {
  if (state.status !== 'unopened') {
    return command.by === 'policy'
      ? { ok: true, events: [] }
      : { ok: false, code: 'request.already-open', message: 'A request with this id is open already.' };
  }
  const { caseId, by, details, answers, eventId } = command;
  return {
    ok: true,
    events: [
      {
        type: 'PlacementRequested',
        data: {
          caseId,
          by,
          details: withService(details.serviceType, given(details)),
          ...(answers ? { answers } : {}),
        },
        ...(eventId === undefined ? {} : { eventId }),
      },
    ],
  };
};

/** All of it has to be there; the one who completes it is the requester. */
export const complete = (command: CompleteRequest, state: RequestState): Decided => {
  const on = workable(state);
  if (!on.ok) return on;
  const { stage } = on;
  if (stage.status !== 'draft') {
    return wrongStage(stage, 'request.already-complete', 'Only a draft can be completed; this request is past that.');
  }
  const patch = given(command.details);
  const details: RequestDetails = withService(command.details.serviceType ?? stage.details.serviceType, {
    ...stage.details,
    ...patch,
  });
  const missing = missingFields(details);
  if (missing.length > 0) {
    return {
      ok: false,
      code: 'request.incomplete',
      message: `The request cannot be completed yet; missing: ${missing.join(', ')}.`,
      details: { missing },
    };
  }
  // Personal fields that were not given again stay where they are sealed: they are not written a second time.
  const { needs: _needs, preferences: _preferences, ...plain } = details;
  const personal = {
    ...(patch.needs === undefined ? {} : { needs: patch.needs }),
    ...(patch.preferences === undefined ? {} : { preferences: patch.preferences }),
  };
  return {
    ok: true,
    events: [{ type: 'RequestCompleted', data: { details: { ...plain, ...personal }, completedBy: command.by } }],
  };
};

/** Somebody other than the requester approves (`api.md`, "Who may do what"): signed in as another, and named as another. */
export const approve = (command: ApproveRequest, state: RequestState): Decided => {
  const on = workable(state);
  if (!on.ok) return on;
  const { stage } = on;
  if (stage.status === 'draft') {
    return {
      ok: false,
      code: 'request.not-complete',
      message: 'The request has to be completed before it can be approved.',
      details: { missing: missingFields(stage.details) },
    };
  }
  if (stage.status !== 'complete') {
    return wrongStage(stage, 'request.already-approved', 'The request is approved already.');
  }
  if (command.by === stage.completedBy || command.named === stage.completedBy) {
    return {
      ok: false,
      code: 'request.approver-is-requester',
      message: 'The user who completed the request is its requester; another user must approve it.',
    };
  }
  return {
    ok: true,
    events: [{ type: 'RequestApproved', data: { approver: command.approver, approvedBy: command.by } }],
  };
};

/** A withdrawal by hand: of everything but care that has begun, which ends by its own way. */
export const withdraw = (command: WithdrawRequest, state: RequestState): Decided => {
  const on = evenPaused(state);
  if (!on.ok) return on;
  if (on.stage.status === 'started') {
    return wrongStage(on.stage, 'request.started', 'The care has begun; record a failure if it fell through.');
  }
  return { ok: true, events: [{ type: 'RequestWithdrawn', data: { because: 'hand', reason: command.reason } }] };
};

/** What was really given: an empty needs object says nothing, and is the same as none. */
const given = (details: DetailsGiven): DetailsGiven => {
  const { needs, ...rest } = details;
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return needs === undefined || Object.keys(needs).length === 0 ? kept : { ...kept, needs };
};

const withService = (serviceType: RequestDetails['serviceType'], details: DetailsGiven): RequestDetails => ({
  ...details,
  serviceType,
});
