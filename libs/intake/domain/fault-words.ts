/** What a reason means to a person on a ward or in the hub. */
export interface FaultWords {
  /** The reason, as a heading of a list: a few words. */
  readonly title: string;
  /** What is wrong. */
  readonly means: string;
  /** What to do about it. */
  readonly remedy: string;
}

const resend = 'Correct it here, or ask the hospital to send it again corrected.';

/**
 * Every reason for which a message waits in quarantine, in words that need no knowledge of HL7 or FHIR.
 * A reason is never renamed: rows that wait go by it.
 */
export const faultWords = {
  'our-fault': {
    title: 'A fault on our side',
    means: 'Nothing is wrong with the message. Homeward could not deal with it.',
    remedy: 'Try it again. If it fails once more, tell the people who run Homeward.',
  },
  'who-missing': {
    title: 'Does not say who it is about',
    means: 'There is no hospital number and no NHS number that can be used.',
    remedy: 'Find the person’s hospital number in the hospital’s system and put it in.',
  },
  'two-nhs-numbers': {
    title: 'Two different NHS numbers',
    means: 'The message gives two NHS numbers for one person, so it is not certain whose record this is.',
    remedy: 'Find out which number is right and take the other one out.',
  },
  'test-person': {
    title: 'A test person',
    means: 'The NHS number begins with 9: it belongs to no real person, and the live service takes none of these.',
    remedy: 'Dismiss it, and tell the hospital that test messages reach the live service.',
  },
  'merge-in-a-ring': {
    title: 'Merges that contradict each other',
    means:
      'The hospital has said of these records, one after the other, that each replaces the next, all the way round.',
    remedy: 'Ask the hospital which record is kept, then dismiss the message. They count as one person meanwhile.',
  },
  'should-be-a-merge': {
    title: 'A correction that should be a merge',
    means: 'The hospital corrected a number, but the right number has a record of its own already.',
    remedy: 'Ask the hospital to merge the two records (A40), then dismiss this message.',
  },
  'correction-unclear': {
    title: 'Not clear which number is right',
    means: 'The message corrects a number but does not say which of several numbers is the right one.',
    remedy: 'Leave only the right number in, and try again.',
  },
  'kind-not-taken': {
    title: 'A kind of message that is not taken',
    means: 'Homeward does not know what to do with this kind of message, and will not guess.',
    remedy: 'Ask the hospital what it meant. Dismiss it once that has been dealt with another way.',
  },
  characters: {
    title: 'Letters that cannot be read',
    means: 'The message says that its letters are written in one way, but they are written in another.',
    remedy: 'The people who look after the hospital’s feed must set the right character set.',
  },
  'class-missing': {
    title: 'Does not say if this is an inpatient',
    means: 'The patient class is missing, so it is not known whether the person is in a bed.',
    remedy: 'If the person is an inpatient, put in I. Otherwise dismiss it.',
  },
  'visit-missing': {
    title: 'No visit number',
    means: 'The message does not say which stay in hospital it is about.',
    remedy: 'Find the visit number of this stay in the hospital’s system and put it in.',
  },
  'same-visit': {
    title: 'A visit merged with itself',
    means: 'The visit that is given up and the visit that stays are the same one.',
    remedy: 'Ask the hospital which visits were meant.',
  },
  'hospital-missing': {
    title: 'Does not say which hospital',
    means: 'Neither the place nor the sender names the hospital.',
    remedy: resend,
  },
  'wrong-date': {
    title: 'A date or time that cannot be right',
    means: 'A date or time cannot be read, does not exist, or does not fit the others.',
    remedy: resend,
  },
  'date-missing': {
    title: 'A date or time is missing',
    means: 'The message leaves out a date or time without which it cannot be put in its place.',
    remedy: resend,
  },
  'unknown-code': {
    title: 'A code that is not on the national list',
    means: 'For example a discharge destination that the NHS Data Dictionary does not have.',
    remedy:
      'Correct the code. If every message of this feed has it, the feed’s settings need changing: then try all again.',
  },
  'wrong-value': {
    title: 'A value that cannot be used',
    means: 'One of the fields holds something that is not allowed there.',
    remedy: resend,
  },
  'too-long': {
    title: 'A value that is too long',
    means: 'One of the fields is far longer than anything that belongs there.',
    remedy: resend,
  },
  'value-missing': {
    title: 'Something needed is missing',
    means: 'The message leaves out something without which it cannot be taken.',
    remedy: resend,
  },
  contradiction: {
    title: 'The message contradicts itself',
    means: 'Two things in the message cannot both be true.',
    remedy: 'Find out which is right and correct it here, or ask the hospital to send it again corrected.',
  },
  'not-as-agreed': {
    title: 'Not built as agreed',
    means: 'The message is put together in a way that cannot be read.',
    remedy:
      'The people who look after the hospital’s feed must mend it. They can look the rules up in the set-up guide.',
  },
  unsorted: {
    title: 'Another reason',
    means: 'The message came before reasons were sorted.',
    remedy: 'Try it again: it is then sorted with the others.',
  },
} as const satisfies Readonly<Record<string, FaultWords>>;

export type FaultCode = keyof typeof faultWords;
export const faultCodes: readonly FaultCode[] = Object.keys(faultWords) as FaultCode[];

const isFaultCode = (code: string): code is FaultCode => Object.hasOwn(faultWords, code);

/** A code as it stands in the database: one that a later version wrote is shown as another reason. */
export const faultCodeOf = (code: string): FaultCode => (isFaultCode(code) ? code : 'unsorted');
