import type { Hl7Header } from './header.js';

/** Of the application: taken (or a duplicate, or not for us), its content refused, not to be read or not to be sent here (api.md). */
export type AckCode = 'AA' | 'AE' | 'AR';
/** Of the accept level (enhanced mode): committed, error, rejected. */
export type AcceptCode = 'CA' | 'CE' | 'CR';

const acceptLevel: Readonly<Record<AckCode, AcceptCode>> = { AA: 'CA', AE: 'CE', AR: 'CR' };

/** HL7 table 0155. What is none of its codes is taken as `AL`: better an answer too many than none. */
const isAskedFor = (condition: string, code: AckCode): boolean => {
  switch (condition) {
    case 'NE':
      return false;
    case 'ER':
      return code !== 'AA';
    case 'SU':
      return code === 'AA';
    default:
      return true;
  }
};

/**
 * Which acknowledgements the sender wants of a message that came to `code`, in the order they are sent (HL7 v2.5 §2.9).
 * With MSH-15 and MSH-16 both empty the original mode: the application's. With both filled the enhanced mode: the accept level as
 * MSH-15 says, then the application's as MSH-16 says. One that is filled alone says when the application's is wanted: many
 * engines write `AL` into MSH-15 of every message and wait for `AA`; `NE` there alone is the original mode in other words.
 */
export const acknowledgementsAskedFor = (
  code: AckCode,
  header: Pick<Hl7Header, 'acceptWhen' | 'applicationWhen'> | undefined,
): readonly (AckCode | AcceptCode)[] => {
  const { acceptWhen, applicationWhen } = header ?? { acceptWhen: '', applicationWhen: '' };
  if (applicationWhen === '') return isAskedFor(acceptWhen === 'NE' ? 'AL' : acceptWhen, code) ? [code] : [];
  if (acceptWhen === '') return isAskedFor(applicationWhen, code) ? [code] : [];
  return [
    ...(isAskedFor(acceptWhen, code) ? [acceptLevel[code]] : []),
    ...(isAskedFor(applicationWhen, code) ? [code] : []),
  ];
};
