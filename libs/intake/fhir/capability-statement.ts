import type {
  CapabilityStatement,
  CapabilityStatementRestInteraction,
  CapabilityStatementRestResource,
  CapabilityStatementRestResourceInteraction,
  CapabilityStatementRestResourceOperation,
} from 'fhir/r4.js';
import type { Route } from '#libs/platform/routes.js';
import { Encounter, Location, Organization, Patient } from '../domain/fhir/resources.js';
import { extensions } from '../domain/fhir/urls.js';
import { definitions } from './definitions.js';

const base = '/fhir/R4';
/** When the interface last changed. */
const date = '2026-11-26';

type ResourceType = CapabilityStatementRestResource['type'];

const read: readonly (readonly [ResourceType, { readonly properties: object }])[] = [
  ['Encounter', Encounter],
  ['Patient', Patient],
  ['Location', Location],
  ['Organization', Organization],
];
const profiles: Partial<Record<string, string>> = {
  Encounter: 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Encounter',
  Patient: 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient',
  Location: 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Location',
};

/** The routes of FHIR that are offered; those that only say that they are not answer 405. */
const offeredOf = (routes: readonly Route[]): ReadonlySet<string> =>
  new Set(
    routes
      .filter(({ path, status }) => path.startsWith(base) && status !== 405)
      .map(({ method, path }) => `${method} ${path.slice(base.length)}`),
  );

const validate: CapabilityStatementRestResourceOperation = {
  name: 'validate',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-validate',
  documentation:
    'Whether Homeward can take the resource, and all that is wrong with it; not whether it conforms to a profile.',
};

const resourceOf = (
  type: ResourceType,
  elements: readonly string[],
  offered: ReadonlySet<string>,
): CapabilityStatementRestResource => {
  const update: CapabilityStatementRestResourceInteraction[] = offered.has(`PUT /${type}/:id`)
    ? [{ code: 'update' }]
    : [];
  const profile = profiles[type];
  return {
    type,
    ...(profile === undefined ? {} : { supportedProfile: [profile] }),
    documentation: `Read: ${elements.join(', ')}. Everything else is dropped.${update.length > 0 ? '' : ' Sent in a bundle, or contained in an Encounter.'}`,
    ...(update.length > 0 ? { interaction: update } : {}),
    versioning: 'no-version',
    readHistory: false,
    updateCreate: update.length > 0,
    ...(offered.has(`POST /${type}/$validate`) ? { operation: [validate] } : {}),
  };
};

const elementsOf = ({ properties }: { readonly properties: object }): string[] =>
  Object.keys(properties).filter((name) => name !== 'resourceType');

/** What is offered, from the routes and the schemas of what is read: the three cannot drift apart. */
export const capabilityStatement = (routes: readonly Route[], url: string): CapabilityStatement => {
  const offered = offeredOf(routes);
  const bundles: CapabilityStatementRestInteraction[] = offered.has('POST ')
    ? [{ code: 'transaction' }, { code: 'batch' }]
    : [];
  const published: CapabilityStatementRestResource = {
    type: 'StructureDefinition',
    interaction: [{ code: 'read' }],
    documentation: `Our own extensions: ${[...definitions.keys()].join(', ')}.`,
  };
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date,
    kind: 'instance',
    software: { name: 'Homeward' },
    implementation: { description: 'Hospital discharge coordination: takes ward events.', url: `${url}${base}` },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    rest: [
      {
        mode: 'server',
        documentation: `Who sends ward events may only send: nothing is read back. Extensions read: ${Object.values(extensions).join(', ')}.`,
        security: {
          cors: false,
          description:
            'Authorization: Bearer, with the access token of POST /api/v1/auth/token. A feed has an account of its own.',
        },
        resource: [
          ...read.map(([type, schema]) => resourceOf(type, elementsOf(schema), offered)),
          ...(offered.has('GET /StructureDefinition/:id') ? [published] : []),
        ],
        interaction: bundles,
        ...(offered.has('POST /$validate') ? { operation: [validate] } : {}),
      },
    ],
    ...(offered.has('POST /$process-message')
      ? {
          messaging: [
            {
              documentation:
                'A message is taken whole or not at all. It is known again by MessageHeader.source and MessageHeader.id; its answer is a message.',
            },
          ],
        }
      : {}),
  };
};
