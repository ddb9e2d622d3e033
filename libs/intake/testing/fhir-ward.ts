import type { ApiAnswer, ApiClient } from '../../../test/support/api-client.js';
import { takenExtension } from '../domain/fhir/urls.js';
import { encounter, type Json, type Told } from './fhir.js';
import type { Ward } from './ward.js';

export const fhirType = { 'content-type': 'application/fhir+json' };

export const put = (client: ApiClient, told: Told): Promise<ApiAnswer> =>
  client.put(`/fhir/R4/Encounter/${told.id ?? 'enc-1'}`, JSON.stringify(encounter(told)), fhirType);

export const post = (client: ApiClient, body: unknown, path = '/fhir/R4'): Promise<ApiAnswer> =>
  client.post(path, JSON.stringify(body), fhirType);

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
export const listIn = (value: unknown, name: string): readonly Json[] => {
  const list: unknown = isObject(value) ? value[name] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
};

export interface How {
  readonly acknowledgement?: string;
  readonly controlId?: string;
  readonly stayId?: string;
  readonly position?: string;
  readonly flag?: string;
}

/** How an OperationOutcome says that it was taken. */
export const howOf = (outcome: unknown): How => {
  const said = listIn(outcome, 'extension').find(({ url }) => url === takenExtension);
  return Object.fromEntries(
    listIn(said, 'extension').map(({ url, valueString, valueCode }) => [String(url), String(valueString ?? valueCode)]),
  );
};

/** The severity, code, place and sentence of each issue. */
export const issuesOf = (outcome: unknown): readonly (readonly unknown[])[] =>
  listIn(outcome, 'issue').map(({ severity, code, expression, details }) => [
    severity,
    code,
    Array.isArray(expression) ? expression[0] : undefined,
    isObject(details) ? details['text'] : undefined,
  ]);
export const errorsOf = (outcome: unknown): readonly (readonly unknown[])[] =>
  issuesOf(outcome)
    .filter(([severity]) => severity === 'error')
    .map(([, code, expression]) => [code, expression]);

/** The stay an OperationOutcome names, once it shows it. */
export const stayAfter = async (ward: Ward, outcome: unknown): Promise<Json> => {
  const { stayId = '', position = '' } = howOf(outcome);
  const answer = await ward.admin.get(`/stays/${stayId}?waitFor=${position}`);
  if (answer.status !== 200) throw new Error(`no stay: ${String(answer.status)} ${JSON.stringify(outcome)}`);
  return answer.json;
};

/** A batch or transaction of resources, each put under its own id. */
export const bundleOf = (type: string, resources: readonly Json[], more: Json = {}): Json => ({
  resourceType: 'Bundle',
  type,
  ...more,
  entry: resources.map((resource) => ({
    ...(typeof resource['id'] === 'string'
      ? { fullUrl: `https://ral.example/fhir/${String(resource['resourceType'])}/${resource['id']}` }
      : {}),
    resource,
    request: { method: 'PUT', url: `${String(resource['resourceType'])}/${String(resource['id'])}` },
  })),
});

/** A message, as a hospital's engine sends it. */
export const messageOf = (id: string, resources: readonly Json[], more: Json = {}): Json => ({
  resourceType: 'Bundle',
  type: 'message',
  ...more,
  entry: [
    {
      fullUrl: `urn:uuid:${id}`,
      resource: {
        resourceType: 'MessageHeader',
        id,
        eventCoding: { system: 'https://ral.example/events', code: 'encounter' },
        source: { name: 'RAL-PAS', endpoint: 'https://ral.example/fhir' },
      },
    },
    ...resources.map((resource) => ({ fullUrl: `urn:uuid:${id}-${String(resource['id'])}`, resource })),
  ],
});
