import type { Database } from '#libs/platform/database.js';
import type { Judged, Judgement, Unit } from '../domain/counting.js';
import { checks, offeredStays } from './checks.js';
import { endedClusters, linkedClusters, reablementStarts } from './clusters.js';
import { delays } from './delays.js';
import { dischargedStays } from './discharged-stays.js';
import type { Found } from './found.js';
import type { Question } from './question.js';
import { awards, careHomeStarts, declines } from './requests.js';
import { staysOnDays } from './stays-on-days.js';

export type JudgedUnit = Judged<Found<Unit>>;

function* judge<U extends Unit>(units: Iterable<Found<U>>, rule: (unit: U) => Judgement): Generator<JudgedUnit> {
  for (const unit of units) yield { unit, judgement: rule(unit) };
}

/** Whether alike stays of this cohort come as one unit, unless each is asked for by itself. */
export const comesTogether = (question: Question): boolean =>
  ['discharged-stays', 'stays-on-day', 'offered'].includes(question.version.rule.cohort);

/** The cohort of a question, each unit with what its rule says of it. `single`: every unit by itself, with its ids. */
export const judgedUnits = async (db: Database, question: Question, single: boolean): Promise<Iterable<JudgedUnit>> => {
  const { rule } = question.version;
  switch (rule.cohort) {
    case 'discharged-stays':
      return judge(await dischargedStays(db, question, { reads: rule.reads, per: rule.per, single }), rule.judge);
    case 'stays-on-day':
      return judge(
        await staysOnDays(db, question, { discharged: rule.discharged, reads: rule.reads, single }),
        rule.judge,
      );
    case 'delay-days':
      return judge(await delays(db, question, true), rule.judge);
    case 'delays':
      return judge(await delays(db, question, false), rule.judge);
    case 'checks':
      return judge(await checks(db, question), rule.judge);
    case 'offered':
      return judge(await offeredStays(db, question, single), rule.judge);
    case 'linked-clusters':
      return judge(await linkedClusters(db, question), rule.judge);
    case 'ended-clusters':
      return judge(await endedClusters(db, question), rule.judge);
    case 'care-home-starts':
      return judge(await careHomeStarts(db, question), rule.judge);
    case 'awards':
      return judge(await awards(db, question), rule.judge);
    case 'declines':
      return judge(await declines(db, question), rule.judge);
    case 'reablement-starts':
      return judge(await reablementStarts(db, question), rule.judge);
  }
};
