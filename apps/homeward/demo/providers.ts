import type { FrontDoor } from './front-door.js';

interface DemoProvider {
  readonly id: string;
  readonly name: string;
  readonly rating: string;
  readonly services: readonly string[];
  readonly areas: readonly string[];
  readonly languages: readonly string[];
  readonly accepting: number;
}

const allAreas = ['EN5', 'N2', 'N3', 'N12', 'NW4', 'NW7', 'NW9', 'NW11', 'HA8', 'EN2', 'AL1', 'NW10'];
const provider = (
  letter: string,
  name: string,
  rating: string,
  services: readonly string[],
  accepting: number,
  languages: readonly string[] = ['English'],
): DemoProvider => ({
  id: `prov-${letter}`,
  name,
  rating,
  services,
  areas: allAreas,
  languages,
  accepting,
});

/** A dozen providers that do not exist. */
export const demoProviders: readonly DemoProvider[] = [
  provider('a', 'Acorn Reablement (example)', 'good', ['reablement', 'home-care'], 60, [
    'English',
    'Greek',
    'Gujarati',
  ]),
  provider('b', 'Bluebell Home Care (example)', 'good', ['home-care', 'reablement', 'live-in'], 45, [
    'English',
    'Polish',
  ]),
  provider('c', 'Clover Care (example)', 'requires-improvement', ['home-care'], 10),
  provider('d', 'Daffodil House (example)', 'good', ['residential', 'respite'], 30),
  provider('e', 'Elm Lodge (example)', 'outstanding', ['residential', 'nursing'], 20),
  provider('f', 'Fern Recovery Beds (example)', 'good', ['rehab-bed'], 40),
  provider('g', 'Gorse Nursing Home (example)', 'good', ['nursing'], 8),
  provider('h', 'Hawthorn Court (example)', 'not-rated', ['extra-care', 'supported-living'], 6),
  provider('i', 'Ivy Live-in Care (example)', 'good', ['live-in'], 5, ['English', 'Hebrew', 'Farsi']),
  provider('j', 'Juniper Reablement (example)', 'good', ['reablement'], 25),
  provider('k', 'Kestrel Rehabilitation (example)', 'good', ['rehab-bed', 'respite'], 12),
  provider('l', 'Lavender Home (example)', 'inadequate', ['residential'], 4),
];

/** The two providers the stories ask for a kind of care: one offers, the other declines. */
export const providerFor = (serviceType: string): readonly [string, string | null] => {
  const able = demoProviders.filter(({ services, id }) => services.includes(serviceType) && id !== 'prov-l');
  return [able[0]?.id ?? 'prov-a', able[1]?.id ?? null];
};

export const registerProviders = async (door: FrontDoor, since: string, now: string): Promise<void> => {
  let location = 100;
  for (const { id, name, rating, services, areas, languages, accepting } of demoProviders) {
    location += 1;
    await door.put('broker', `/providers/${id}`, {
      name,
      cqcLocationId: `1-999000${String(location)}`,
      cqcRating: rating,
      services,
      areas,
      languages,
      skills: ['dementia'],
      minimumSustainablePrice: {},
    });
    for (const serviceType of services)
      await door.command(
        'broker',
        `/providers/${id}/capacity`,
        { serviceType, accepting, asOf: since, occurredAt: since },
        `capacity-${id}-${serviceType}-${since.slice(0, 10)}`,
      );
    for (const serviceType of services)
      await door.command(
        'broker',
        `/providers/${id}/capacity`,
        { serviceType, accepting, asOf: now, occurredAt: now },
        `capacity-${id}-${serviceType}`,
      );
  }
  const embargo = {
    status: 'embargoed',
    reason: 'Safeguarding enquiry open (example).',
    from: now.slice(0, 10),
    occurredAt: now,
  };
  await door.command('broker', '/providers/prov-l/status', embargo, 'status-prov-l');
};
