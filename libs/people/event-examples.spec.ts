import { catalogue } from '../contracts/catalogue.js';
import { exampleOf } from '../contracts/event-examples.js';
import { EventChecks } from './event-checks.js';

const checks = new EventChecks(catalogue);

test.each(catalogue.map((contract) => [`${contract.stream}${contract.type} v${String(contract.version)}`, contract]))(
  'The example of %s is what its contract says',
  (_, contract) => {
    const data = exampleOf(contract);
    if (typeof data !== 'object' || data === null) throw new Error('no data');
    const event = {
      type: contract.type,
      schemaVersion: contract.version,
      eventId: 'e',
      occurredAt: '2026-11-23T08:30:00.000Z',
      data,
    };
    expect(() => checks.check(`${contract.stream}1`, event)).not.toThrow();
  },
);
