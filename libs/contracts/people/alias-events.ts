import { Type } from 'typebox';
import { eventsOf, StringEnum, type EventOf } from '../event-contract.js';

/** An identifier as the log knows it: a keyed hash, never the value. */
const Hashed = { hash: Type.String(), kind: StringEnum(['nhs-number', 'local'] as const) };

/** One stream per identifier. Sights only add up, so who is who is a function of the set of them and not of their order. */
export const aliasContracts = eventsOf('people', 'alias-', {
  IdentifierSeen: [
    'An identifier was seen, alone or together with another.',
    Type.Object({ ...Hashed, with: Type.Union([Type.Object(Hashed), Type.Null()]) }),
  ],
  IdentifierSeenEarlier: [
    'An identifier was seen in a message that was recorded before all that had it so far.',
    Type.Object(Hashed),
  ],
  IdentifierCorrected: [
    'A hospital said that another identifier was wrong, and that it should have been this one.',
    Type.Object({ ...Hashed, wrong: Type.Object(Hashed) }),
  ],
  IdentifierGivenUp: [
    'A hospital said that this identifier was wrong, and which it should have been.',
    Type.Object({ ...Hashed, right: Type.Object(Hashed) }),
  ],
  IdentifierSetApart: [
    'Somebody settled that these two identifiers are not one person, though they were seen together.',
    Type.Object({ ...Hashed, from: Type.Object(Hashed) }),
  ],
});
export type AliasEvent = EventOf<typeof aliasContracts>;
