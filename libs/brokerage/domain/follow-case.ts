import type { ServiceType } from '#libs/contracts/brokerage/request-events.js';
import type { CaseCourse } from './case-course.js';
import type { PolicyCommand } from './request-commands.js';
import { stageOf, type PlacementRequest, type Stage } from './request-state.js';

/** The service that each pathway asks for (policy 4, `architecture.md` §6). */
export const serviceOfPathway: Readonly<Record<number, ServiceType>> = {
  1: 'reablement',
  2: 'rehab-bed',
  3: 'residential',
};

/** What a policy wants done to a request; ids and times are added from the trigger. */
export type Wish = PolicyCommand extends infer C
  ? C extends PolicyCommand
    ? Omit<C, 'eventId' | 'occurredAt'>
    : never
  : never;

export type Step =
  | { readonly do: 'command'; readonly requestId: string; readonly wish: Wish }
  | {
      readonly do: 'open';
      readonly serviceType: ServiceType;
      readonly answers: { readonly pathway: number; readonly eventId: string };
      /** How many requests the policy opened for the case before: makes the id of this one. */
      readonly ordinal: number;
    };

/**
 * Policies 3, 4 and 6 for one case: compares what is true of the case with where its requests stand, and gives the
 * difference. With nothing to do it gives nothing, so it may run as often as it likes.
 */
export const followCase = (course: CaseCourse, requests: readonly PlacementRequest[]): readonly Step[] => {
  const wanted = wantedByPathway(course, requests);
  return [...requests.flatMap((request) => stepsOf(course, request, wanted)), ...opening(course, requests)];
};

const isByPolicy = (request: PlacementRequest): boolean => stageOf(request).answers !== null;
const isActive = (request: PlacementRequest): boolean => request.status !== 'withdrawn';

/** The one request of the policy that shall answer the pathway in force. */
const wantedByPathway = (course: CaseCourse, requests: readonly PlacementRequest[]): PlacementRequest | undefined => {
  const { pathway } = course;
  if (!pathway || pathway.pathway === 0) return undefined;
  const mine = requests.filter(isByPolicy);
  const answersThis = (request: PlacementRequest): boolean => stageOf(request).answers?.pathway === pathway.pathway;
  const ofThisRun = (request: PlacementRequest): boolean =>
    pathway.decisions.includes(stageOf(request).answers?.eventId ?? '');
  return (
    mine.find((request) => isActive(request) && answersThis(request)) ??
    // What was withdrawn for a cause that no longer holds comes back, rather than being asked for twice.
    mine.find((request) => request.status === 'withdrawn' && request.because !== 'hand' && ofThisRun(request)) ??
    mine.find((request) => isActive(request) && stageOf(request).status === 'draft' && !handDealtWith(mine, ofThisRun))
  );
};

/** A request for this decision that a hand withdrew is not asked for again. */
const handDealtWith = (
  requests: readonly PlacementRequest[],
  ofThisRun: (request: PlacementRequest) => boolean,
): boolean => requests.some(ofThisRun);

const stepsOf = (
  course: CaseCourse,
  request: PlacementRequest,
  wanted: PlacementRequest | undefined,
): readonly Step[] => {
  const stage = stageOf(request);
  const { requestId } = stage;
  const step = (wish: Wish): Step => ({ do: 'command', requestId, wish });

  const because = causeToWithdraw(course, request, wanted);
  if (because) return isActive(request) ? [step({ type: 'policy-withdraw', because })] : [];
  if (request.status === 'withdrawn' && request.because === 'hand') return [];
  return [
    ...(request.status === 'withdrawn' ? [step({ type: 'policy-reinstate' })] : []),
    ...changeOfPathway(course, stage, request === wanted).map(step),
    ...pausesToMatch(course, request).map(step),
  ];
};

const causeToWithdraw = (
  course: CaseCourse,
  request: PlacementRequest,
  wanted: PlacementRequest | undefined,
): 'died' | 'referral-withdrawn' | 'case-closed' | 'pathway-changed' | null => {
  const stage = stageOf(request);
  if (course.ended && !survives(course, stage)) return course.ended.because;
  // Care that has begun is not ended by a new decision; a broker ends it when the new care begins.
  if (isByPolicy(request) && request !== wanted && stage.status !== 'started') return 'pathway-changed';
  return null;
};

/** A placement in progress goes on when its case is closed after the discharge, or closed as a double of another. */
const survives = ({ ended, discharged }: CaseCourse, stage: Stage): boolean => {
  if (ended?.because !== 'case-closed') return false;
  return stage.status === 'started' || (stage.status === 'awarded' && (discharged || ended.merged));
};

const changeOfPathway = (course: CaseCourse, stage: Stage, isWanted: boolean): readonly Wish[] => {
  const { pathway } = course;
  const serviceType = serviceOfPathway[pathway?.pathway ?? 0];
  const eventId = pathway?.decisions[0];
  if (!isWanted || !pathway || !serviceType || eventId === undefined) return [];
  if (stage.answers?.pathway === pathway.pathway) return [];
  return [{ type: 'policy-change', serviceType, answers: { pathway: pathway.pathway, eventId } }];
};

/** Paused while its case is; not once the person has left hospital: a placement in progress goes on. */
const pausesToMatch = (course: CaseCourse, request: PlacementRequest): readonly Wish[] => {
  if (stageOf(request).status === 'started') return [];
  const lifted = request.status === 'withdrawn' ? request.before : request;
  const has = lifted.status === 'paused' ? lifted.causes : [];
  const shall = course.discharged || course.ended ? [] : course.pausedBy;
  return (['criteria', 'case'] as const).flatMap((because): Wish[] => {
    if (shall.includes(because) === has.includes(because)) return [];
    return [{ type: shall.includes(because) ? 'policy-pause' : 'policy-resume', because }];
  });
};

const opening = (course: CaseCourse, requests: readonly PlacementRequest[]): readonly Step[] => {
  const { pathway, ended } = course;
  const serviceType = serviceOfPathway[pathway?.pathway ?? 0];
  const eventId = pathway?.decisions[0];
  if (ended || !pathway || !serviceType || eventId === undefined) return [];
  if (wantedByPathway(course, requests)) return [];
  const mine = requests.filter(isByPolicy);
  const answered = mine.some((request) => pathway.decisions.includes(stageOf(request).answers?.eventId ?? ''));
  if (answered) return [];
  return [{ do: 'open', serviceType, answers: { pathway: pathway.pathway, eventId }, ordinal: mine.length }];
};
