import { heldTo, textsIn, type Form } from '#libs/platform/forms.js';
import type { DetailsGiven } from '../domain/request-commands.js';
import { detailsIn, RequestDetailsDto } from '../details.dto.js';
import { list, number, text } from './form.js';

const marks = ['doubleHanded', 'dementia'] as const;

/**
 * What the form of the whole request says, on top of what the needs held before: a field that the form does not show is
 * kept as a program gave it.
 */
export const detailsFromForm = async (form: Form, needsBefore: unknown): Promise<DetailsGiven> => {
  const marked = textsIn(form, 'marks');
  const summary = text(form, 'summary');
  const skills = list(form, 'skills');
  const before = typeof needsBefore === 'object' && needsBefore !== null ? needsBefore : {};
  const needs = Object.fromEntries(
    Object.entries({
      ...before,
      summary,
      skills,
      ...Object.fromEntries(marks.map((mark) => [mark, marked.includes(mark) || undefined])),
    }).filter(([, value]) => value !== undefined),
  );
  const preferences = {
    languages: list(form, 'languages'),
    culture: text(form, 'culture'),
    religion: text(form, 'religion'),
    diet: text(form, 'diet'),
    carerGender: text(form, 'carerGender'),
    communication: text(form, 'communication'),
  };
  const body = await heldTo(RequestDetailsDto, {
    serviceType: text(form, 'serviceType'),
    needs,
    hoursPerWeek: number(form, 'hoursPerWeek'),
    callsPerDay: number(form, 'callsPerDay'),
    carersPerCall: number(form, 'carersPerCall'),
    startBy: text(form, 'startBy'),
    outwardPostcode: text(form, 'outwardPostcode'),
    // The form asks for preferences: none given means that there are none.
    preferences: Object.fromEntries(Object.entries(preferences).filter(([, value]) => value !== undefined)),
    funding: text(form, 'funding'),
    weeklyCeiling: number(form, 'weeklyCeiling'),
    interimFor: text(form, 'interimFor'),
  });
  return detailsIn(body);
};

/** The values the form starts with: what the request holds. */
export const formFromDetails = (details: {
  readonly serviceType: string;
  readonly needs: unknown;
  readonly preferences: unknown;
  readonly [field: string]: unknown;
}): Form => {
  const needs = asRecord(details.needs);
  const preferences = asRecord(details.preferences);
  const joined = (value: unknown): unknown => (Array.isArray(value) ? value.join(', ') : value);
  return {
    ...details,
    summary: needs['summary'],
    skills: joined(needs['skills']),
    marks: marks.filter((mark) => needs[mark] === true),
    ...Object.fromEntries(Object.entries(preferences).map(([field, value]) => [field, joined(value)])),
  };
};

const asRecord = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
