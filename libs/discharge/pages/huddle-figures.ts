import { daysBetween, londonDate, londonWallClock, pathways } from '#libs/nhs/index.js';
import type { Row } from '../board/domain/row-at.js';
import { dueBy } from '../board/domain/actions.js';
import { counted } from './words.js';

export interface PathwayBox {
  readonly short: string;
  readonly title: string;
  readonly pathway: string;
  readonly count: number;
  readonly owner: string;
  readonly oldest: string;
}

export interface HuddleFigures {
  readonly notMeeting: number;
  readonly stillHere: number;
  readonly boxes: readonly PathwayBox[];
  readonly dischargedToday: number;
  readonly beforeNoon: number;
  readonly afterFive: number;
  readonly dueWithoutStart: number;
  readonly actionsOverdue: number;
}

type Counted = Pick<
  Row,
  'criteriaToReside' | 'expectedDischargeDate' | 'pathway' | 'brokerage' | 'daysSinceReady' | 'losDays' | 'ended'
> & { readonly nextAction: { readonly due: string } | null };

/** Care that has begun, or none that is needed, by the day. */
const isArranged = ({ pathway, brokerage }: Counted, today: string): boolean =>
  pathway === 0 || (typeof brokerage?.startsOn === 'string' && brokerage.startsOn <= today);

/** The figures at the head of the huddle (screens.md §1), from the rows on the board and today's discharges. */
export const figuresOf = (rows: readonly Counted[], discharged: readonly Counted[], asOf: string): HuddleFigures => {
  const today = londonDate(asOf);
  const notMet = rows.filter((row) => row.criteriaToReside?.meets === false);
  const dueToday = rows.filter(
    (row) => row.expectedDischargeDate !== null && daysBetween(row.expectedDischargeDate, today) >= 0,
  );
  const hours = discharged.flatMap(({ ended }) => (ended?.at ? [londonWallClock(ended.at).hour] : []));
  const box = (short: string, title: string, pathway: number | null, owner: string): PathwayBox => {
    const inside = rows.filter((row) => row.pathway === pathway);
    const oldest = Math.max(-1, ...inside.map((row) => row.daysSinceReady ?? -1));
    return {
      short,
      title,
      pathway: pathway === null ? 'unassigned' : String(pathway),
      count: inside.length,
      owner,
      oldest: oldest < 0 ? 'nobody ready yet' : `longest ready ${counted(oldest, 'day')}`,
    };
  };
  return {
    notMeeting: notMet.length,
    stillHere: notMet.filter((row) => !(row.expectedDischargeDate === today && isArranged(row, today))).length,
    boxes: [
      ...pathways.map(({ short, title, pathway, coordinatedBy }) => box(short, title, pathway, coordinatedBy)),
      box('None', 'Pathway not decided', null, 'hub'),
    ],
    dischargedToday: discharged.length,
    beforeNoon: hours.filter((hour) => hour < 12).length,
    afterFive: hours.filter((hour) => hour >= 17).length,
    dueWithoutStart: dueToday.filter((row) => !isArranged(row, today)).length,
    actionsOverdue: rows.filter((row) => row.nextAction !== null && dueBy(row.nextAction.due) < asOf).length,
  };
};
