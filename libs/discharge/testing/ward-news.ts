import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import type { EventMetadata, EventStore } from '#libs/event-store/port.js';
import { newId } from '#libs/platform/ids.js';
import { stayBlock } from './stay-builder.js';

const metadata: EventMetadata = {
  correlationId: 'spec',
  actor: { id: 'feed', role: 'feed', organisation: 'RAL' },
  source: 'mllp',
};

export type StayEventType =
  | 'PatientAdmitted'
  | 'PatientDischarged'
  | 'DischargeCancelled'
  | 'AdmissionCancelled'
  | 'CriteriaToResideRecorded'
  | 'StayDetailsChanged'
  | 'StaysMerged';

/** Plays intake: writes stay events with the whole effective state, as the log holds them. */
export const wardNews =
  (store: EventStore) =>
  async (
    type: StayEventType,
    block: Partial<StayBlock> & { personId: string; stayId: string },
    at: string,
  ): Promise<string> => {
    const controlId = newId();
    const event = {
      eventId: newId(),
      type,
      schemaVersion: 1,
      occurredAt: at,
      personId: block.personId,
      data: {
        message: { feed: 'PAS', controlId, hash: controlId, kind: 'ADT', sourceRecordedAt: at, sequence: 0 },
        fact: {},
        stay: stayBlock(block),
      },
    };
    const result = await store.append(`stay-${block.stayId}`, 'any', [event], metadata);
    if (!result.ok) throw new Error('the stay moved on');
    return result.position;
  };

/** A referral as `POST /cases` takes it. */
export const referralBody = (nhsNumber: string, over: Record<string, unknown> = {}) => ({
  person: {
    nhsNumber,
    familyName: 'TESTPATIENT',
    givenNames: 'Ada',
    birthDate: '1940-02-15',
    sex: 'F',
    postcode: 'N12 0AA',
  },
  hospital: 'RAL',
  ward: 'LARCH',
  homeAuthority: 'Barnet',
  needs: { summary: 'Needs help with washing and dressing', equipment: ['commode'] },
  flags: ['dementia'],
  involvement: { person: 'Wants to go home', carer: { name: 'Daughter', view: 'Agrees' } },
  referredBy: 'Ward manager, Larch',
  ...over,
});
