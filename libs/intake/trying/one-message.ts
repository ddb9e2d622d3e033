import { Problem } from '#libs/platform/problem.js';
import { splitMessages } from '../domain/hl7/split.js';

/** The message of a body, as it would come off a line. What does not begin as one is left as it is, and is answered as a line answers it. @throws Problem */
export const oneMessage = (body: Buffer): Buffer => {
  if (body.length === 0) throw Problem.invalidField('message', 'must not be empty');
  const { messages, stray } = splitMessages(body);
  if (messages.length > 1) throw Problem.invalidField('message', 'must be one message: more than one begins with MSH');
  const [only] = messages;
  return only && !stray ? only : body;
};
