import { compareInstants } from '#libs/nhs/index.js';
import { survivorOf, type Stays, type WardStay } from './ward.js';

/** "The next admission there within 14 days" (api.md, "A case and its stay"), as hours so that no clock change matters. */
const nextAdmissionWithin = 14 * 24 * 3_600_000;

export interface Referral {
  readonly hospital: string;
  readonly at: string;
}

const standing = ({ block: { status } }: WardStay): boolean => status === 'open' || status === 'discharged';

/** A visit voided and admitted anew under another number has the same admission: then the one that stands comes first. */
const order = (stay: WardStay): number => (standing(stay) ? 0 : stay.block.status === 'merged' ? 1 : 2);

const byAdmission = (a: WardStay, b: WardStay): number =>
  compareInstants(a.block.admittedAt ?? '', b.block.admittedAt ?? '') ||
  order(a) - order(b) ||
  (a.block.stayId < b.block.stayId ? -1 : a.block.stayId > b.block.stayId ? 1 : 0);

/** When the person was no longer in this stay: a voided admission holds until it was voided, a visit merged away as long as the stay it is part of. */
const endOf = (stay: WardStay, stays: Stays): string | null => {
  const { block, admissionCancelledAt } = stay;
  if (block.status === 'cancelled') return block.dischargedAt ?? admissionCancelledAt;
  if (block.status !== 'merged' || block.dischargedAt !== null) return block.dischargedAt;
  const survivor = survivorOf(stay, stays);
  return survivor.block.status === 'merged' ? null : endOf(survivor, stays);
};

const contains = (stay: WardStay, at: string, stays: Stays): boolean => {
  const { admittedAt } = stay.block;
  const end = endOf(stay, stays);
  return admittedAt !== null && compareInstants(admittedAt, at) <= 0 && (end === null || compareInstants(at, end) < 0);
};

const isNext = ({ block: { admittedAt } }: WardStay, at: string): boolean => {
  const wait = admittedAt === null ? -1 : Date.parse(admittedAt) - Date.parse(at);
  return wait > 0 && wait <= nextAdmissionWithin;
};

/**
 * The stay a case belongs to: the one at that hospital that contains the referral, else the next admission there within 14 days.
 * A function of the stays as they are now, so that the order in which they became known cannot matter. A stay that stands comes
 * before one merged away (its survivor takes the case over) and that before one voided: the case of a voided admission is withdrawn,
 * and a later admission does not take it up again ("a new stay never opens an old case again").
 *
 * `stays` are those of all person ids that are the person. A visit merged into a stay of somebody else is none of theirs.
 */
export const linkOf = (referral: Referral, stays: Stays): WardStay | null => {
  const here = [...stays.values()]
    .filter(({ block }) => block.hospital === referral.hospital && block.admittedAt !== null)
    .filter((stay) => survivorOf(stay, stays).block.status !== 'merged')
    .sort(byAdmission);
  const around = here.filter((stay) => contains(stay, referral.at, stays));
  const found =
    around.findLast(standing) ??
    around.findLast(({ block }) => block.status === 'merged') ??
    around.findLast(({ block }) => block.status === 'cancelled') ??
    here.find((stay) => isNext(stay, referral.at));
  return found ? survivorOf(found, stays) : null;
};
