import { catalogue } from './catalogue.js';
import { cloudEventType, eventNamed } from './event-names.js';

const nameOf = ({ type, version, stream }: (typeof catalogue)[number]): string =>
  cloudEventType({ type, schemaVersion: version, streamId: `${stream}018f` });

describe('The names of events on the topic', () => {
  test('tell context, type and version', () => {
    expect(cloudEventType({ type: 'CriteriaToResideRecorded', schemaVersion: 1, streamId: 'stay-1-2' })).toBe(
      'homeward.intake.CriteriaToResideRecorded.v1',
    );
    expect(cloudEventType({ type: 'CriteriaToResideRecorded', schemaVersion: 2, streamId: 'case-1' })).toBe(
      'homeward.discharge.CriteriaToResideRecorded.v2',
    );
  });

  test('differ for every entry of the catalogue and lead back to it', () => {
    expect(new Set(catalogue.map(nameOf)).size).toBe(catalogue.length);
    for (const entry of catalogue)
      expect(eventNamed(nameOf(entry))).toEqual({ type: entry.type, schemaVersion: entry.version });
  });

  test('are made of the stream where the catalogue does not know it', () => {
    expect(cloudEventType({ type: 'ThingDone', schemaVersion: 1, streamId: 'thing-1' })).toBe(
      'homeward.thing.ThingDone.v1',
    );
    expect(eventNamed('com.example.other')).toBeUndefined();
  });
});
