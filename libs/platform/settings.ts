import type { MllpSettings } from './mllp-settings.js';

/** Everything that can be configured, typed and validated. Injected; made by `readSettings` from the environment. */
export abstract class Settings {
  abstract readonly mode: 'production' | 'development';
  abstract readonly demo: 'full' | 'users' | 'off';
  abstract readonly httpHost: string;
  abstract readonly httpPort: number;
  /** Of MLLP without TLS; absent: there are no plain lines. */
  abstract readonly mllpPort: number | undefined;
  abstract readonly mllp: MllpSettings;
  /** Where the embedded PostgreSQL and generated keys live; absolute. */
  abstract readonly dataDir: string;
  /** Absent: an embedded PostgreSQL under `dataDir`. */
  abstract readonly databaseUrl: string | undefined;
  abstract readonly databasePoolSize: number;
  /** What keeps the log. */
  abstract readonly eventStore: 'postgres' | 'eventstoredb';
  /** Connection string of EventStoreDB, with its credentials and TLS settings. */
  abstract readonly eventStoreUrl: string | undefined;
  /** How consumers hear of events: by following the log in this process, or from Kafka. */
  abstract readonly eventFeed: 'local' | 'kafka';
  /** Absent: there is no Kafka; nothing is published, and no ward events are taken from there. */
  abstract readonly kafka: KafkaSettings | undefined;
  /** 32 bytes: wraps the data keys of people. */
  abstract readonly masterKey: Buffer;
  /** 32 bytes or more: makes pseudonyms (HMAC) of identifiers. */
  abstract readonly pseudonymKey: Buffer;
  abstract readonly council: { readonly code: string; readonly name: string };
  /** The address people reach the service by, when it stands behind a proxy: decides `Secure` cookies and HSTS. */
  abstract readonly publicUrl: string | undefined;
  /** With it `/metrics` answers others than loopback. */
  abstract readonly metricsToken: string | undefined;
  abstract readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** How long a username stays locked after too many wrong passwords. */
  abstract readonly signInLockSeconds: number;
  /** When a ward feed counts as silent or late (docs/running.md, "Feeds"). */
  abstract readonly feedRule: {
    /** Silence is no news before this many minutes … */
    readonly silentMinutes: number;
    /** … nor while fewer messages than this usually come in the same time. */
    readonly silentUsual: number;
    /** The last message came this many minutes after it was recorded; 0: never late. */
    readonly lateMinutes: number;
  };
}

/** How to reach Kafka. */
export interface KafkaSettings {
  /** `host:port` each. */
  readonly brokers: readonly string[];
  /** Put before the name of every topic and consumer group, for installations that share a broker. */
  readonly prefix: string;
  /** Of topics that are not there yet. */
  readonly partitions: number;
  readonly replicas: number;
  readonly tls: boolean;
  /** How `user` proves who it is. */
  readonly mechanism: 'scram-sha-512' | 'plain';
  readonly user: string | undefined;
  readonly password: string | undefined;
}
