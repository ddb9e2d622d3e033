import type { StayBlock } from '#libs/contracts/intake/stay-events.js';
import { isDead } from '#libs/nhs/index.js';

/** A discharge by death, unless it was said later that the person is not dead: then it is one like others. */
export const leftByDeath = ({ dischargeMethodCode, destinationCode, deathTakenBack }: StayBlock): boolean =>
  isDead(dischargeMethodCode, destinationCode) && !deathTakenBack;
