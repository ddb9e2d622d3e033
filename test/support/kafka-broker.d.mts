/** Why Kafka cannot be had here: a sentence for people. */
export class NoKafka extends Error {}

export interface KafkaBroker {
  /** `127.0.0.1:<port>`; the same for as long as the folder is kept. */
  readonly address: string;
  /** Resolves once clients are served; nothing to do when it runs already. */
  start(): Promise<void>;
  /** In order. */
  stop(): Promise<void>;
  /** At once, as `kill -9` does. */
  kill(): Promise<void>;
  running(): boolean;
}

/**
 * The broker whose data, port and process id are in `folder`.
 * `port`: fixed; without it that of last time, else a free one.
 */
export function kafkaBroker(options: {
  readonly folder: string;
  readonly port?: number;
  readonly say?: (text: string) => void;
}): Promise<KafkaBroker>;
