import { cloudEvents } from './cloud-events.js';
import { fhir } from './fhir.js';
import { hl7 } from './hl7.js';
import type { FuzzedParser } from './parser.js';

export const parserNames = ['hl7', 'fhir', 'cloudevents'] as const;
export type ParserName = (typeof parserNames)[number];

export const parsers: Readonly<Record<ParserName, FuzzedParser>> = { hl7, fhir, cloudevents: cloudEvents };
