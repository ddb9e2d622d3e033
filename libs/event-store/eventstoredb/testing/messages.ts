import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendReq, AppendResp, ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import { maxAppendSize, type LogRecord, type Proposed, type Written } from './memory-log.js';

/** What a read asks for. Positions are inclusive forwards and exclusive backwards, as in the log itself. */
export interface AskedRead {
  readonly of: { readonly stream: string; readonly revision: number } | { readonly all: number | 'start' | 'end' };
  readonly backwards: boolean;
  readonly count: number;
  /** For subscriptions. */
  readonly follow: { readonly passes: (record: LogRecord) => boolean; readonly window: number } | undefined;
}

export function askedRead(request: ReadReq): AskedRead {
  const options = request.getOptions();
  if (!options) throw new Error('A read without options.');
  const stream = options.getStream();
  const all = options.getAll();
  const position = all?.getPosition()?.getCommitPosition();
  return {
    of: stream
      ? { stream: nameOf(stream.getStreamIdentifier()), revision: Number(stream.getRevision()) }
      : { all: position === undefined ? (all?.hasEnd() ? 'end' : 'start') : Number(position) },
    backwards: options.getReadDirection() === streams.ReadReq.Options.ReadDirection.BACKWARDS,
    count: Number(options.getCount()),
    follow: options.hasSubscription() ? followed(options.getFilter()) : undefined,
  };
}

function followed(filter: ReadReq.Options.FilterOptions | undefined): NonNullable<AskedRead['follow']> {
  const byType = filter?.getEventType();
  const expression = byType ?? filter?.getStreamIdentifier();
  if (!filter || !expression) throw new Error('A subscription without a filter.');
  const prefixes = expression.getPrefixList();
  const regex = new RegExp(expression.getRegex());
  const matches = (text: string): boolean =>
    prefixes.length > 0 ? prefixes.some((prefix) => text.startsWith(prefix)) : regex.test(text);
  return {
    passes: ({ type, streamId }) => matches(byType ? type : streamId),
    window: (filter.hasMax() ? filter.getMax() : 32) * filter.getCheckpointintervalmultiplier(),
  };
}

export interface AskedAppend {
  readonly streamId: string;
  /** -1: no stream. */
  readonly expected: number;
}

export function askedAppend(options: AppendReq.Options): AskedAppend {
  const exact = options.hasRevision() || options.hasNoStream();
  if (!exact) throw new Error('An append that does not name the revision it expects.');
  return {
    streamId: nameOf(options.getStreamIdentifier()),
    expected: options.hasNoStream() ? -1 : Number(options.getRevision()),
  };
}

export const proposedOf = (message: AppendReq.ProposedMessage): Proposed => ({
  id: message.getId()?.getString() ?? '',
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? '',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
});

/** The answer to an append that was not too large. */
export function appendAnswer(written: Exclude<Written, { because: 'too-large' }>, asked: AskedAppend): AppendResp {
  const answer = new streams.AppendResp();
  if (written.ok) {
    const position = new streams.AppendResp.Position();
    position.setCommitPosition(String(written.position)).setPreparePosition(String(written.position));
    const success = new streams.AppendResp.Success();
    return answer.setSuccess(success.setCurrentRevision(String(written.revision)).setPosition(position));
  }
  const refused = new streams.AppendResp.WrongExpectedVersion();
  if (written.revision < 0) refused.setCurrentNoStream(new shared.Empty());
  else refused.setCurrentRevision(String(written.revision));
  if (asked.expected < 0) refused.setExpectedNoStream(new shared.Empty());
  else refused.setExpectedRevision(String(asked.expected));
  return answer.setWrongExpectedVersion(refused);
}

/** The trailers by which the client knows this error. */
export const tooLarge = { exception: 'maximum-append-size-exceeded', 'maximum-append-size': String(maxAppendSize) };

export function eventMessage(record: LogRecord): ReadResp {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent();
  const position = String(record.position);
  event.setId(new shared.UUID().setString(record.id));
  event.setStreamIdentifier(identifierOf(record.streamId));
  event.setStreamRevision(String(record.revision)).setCommitPosition(position).setPreparePosition(position);
  event.setData(record.data).setCustomMetadata(record.metadata);
  const fields = event.getMetadataMap();
  fields.set('type', record.type).set('content-type', record.contentType);
  // In ticks of 100 ns; between the milliseconds, as the real one.
  fields.set('created', `${String(record.created)}4321`);
  const read = new streams.ReadResp.ReadEvent().setEvent(event).setCommitPosition(position);
  return new streams.ReadResp().setEvent(read);
}

export const notFoundMessage = (streamId: string): ReadResp =>
  new streams.ReadResp().setStreamNotFound(
    new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(streamId)),
  );

export const confirmationMessage = (): ReadResp =>
  new streams.ReadResp().setConfirmation(new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId('1'));

export const checkpointMessage = (commit: number, prepare: number): ReadResp =>
  new streams.ReadResp().setCheckpoint(
    new streams.ReadResp.Checkpoint().setCommitPosition(String(commit)).setPreparePosition(String(prepare)),
  );

export const caughtUpMessage = (): ReadResp => new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp());

const nameOf = (identifier: { getStreamName_asU8(): Uint8Array } | undefined): string =>
  Buffer.from(identifier?.getStreamName_asU8() ?? []).toString('utf8');

const identifierOf = (streamId: string) => new shared.StreamIdentifier().setStreamName(Buffer.from(streamId, 'utf8'));
