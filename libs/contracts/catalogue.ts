import { providerContracts, requestContracts } from './brokerage/request-events.js';
import { caseContracts, huddleContracts, referralContracts } from './discharge/case-events.js';
import type { EventContract } from './event-contract.js';
import { settingContracts } from './insights/setting-events.js';
import { feedContracts } from './intake/feed-events.js';
import { personNewsContracts } from './intake/person-news-events.js';
import { stayContracts } from './intake/stay-events.js';
import { aliasContracts } from './people/alias-events.js';
import { personContracts } from './people/person-events.js';
import { checkContracts, episodeContracts } from './reablement/reablement-events.js';

/** Every event of every context: the published language. A new version of an event is a new entry, and the old one stays. */
export const catalogue: readonly EventContract[] = [
  stayContracts,
  personNewsContracts,
  feedContracts,
  personContracts,
  aliasContracts,
  referralContracts,
  caseContracts,
  huddleContracts,
  requestContracts,
  providerContracts,
  episodeContracts,
  checkContracts,
  settingContracts,
].flatMap((contracts) => Object.values<EventContract>(contracts));

/** The stream prefix decides between events that share a name (`CriteriaToResideRecorded` of a stay and of a case). */
export const contractOf = (type: string, version: number, streamId: string): EventContract | undefined =>
  catalogue.find((entry) => entry.type === type && entry.version === version && streamId.startsWith(entry.stream));
