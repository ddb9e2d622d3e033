import { AssignerProtocol, type PartitionAssigner } from 'kafkajs';

const holding = 'holds';

/**
 * Gives all partitions to one member of the group, and leaves them with whoever has them: the others stand by. Different groups
 * fall to different members, so that the consumers of a service spread over its instances.
 * @param holds whether this member has them now
 */
export const wholeTopicAssigner =
  (holds: () => boolean): PartitionAssigner =>
  ({ cluster, groupId }) => ({
    name: 'homeward-whole-topic',
    version: 1,
    assign({ members, topics }) {
      const sorted = members.toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
      const holder =
        sorted.find(
          ({ memberMetadata }) =>
            AssignerProtocol.MemberMetadata.decode(memberMetadata)?.userData.toString() === holding,
        ) ?? sorted[sumOf(groupId) % Math.max(1, sorted.length)];
      const whole = Object.fromEntries(
        topics.map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)]),
      );
      return Promise.resolve(
        sorted.map(({ memberId }) => ({
          memberId,
          memberAssignment: AssignerProtocol.MemberAssignment.encode({
            version: 1,
            assignment: memberId === holder?.memberId ? whole : {},
            userData: Buffer.alloc(0),
          }),
        })),
      );
    },
    protocol: ({ topics }) => ({
      name: 'homeward-whole-topic',
      metadata: AssignerProtocol.MemberMetadata.encode({
        version: 1,
        topics,
        userData: Buffer.from(holds() ? holding : ''),
      }),
    }),
  });

const sumOf = (text: string): number => [...text].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
