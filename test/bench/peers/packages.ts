import { createRequire } from 'node:module';
import { join } from 'node:path';
import type pg from 'pg';
import { projectRoot } from '#libs/platform/root.js';

/**
 * The packages of `test/bench` alone, and as much of their types as is used here: the checkout is checked and tested without them.
 */
const packageOf = createRequire(join(projectRoot, 'test', 'bench', 'package.json'));

export interface EmmettEvent {
  readonly type: string;
  readonly data: object;
}

/** An event as it comes to a projection. */
export interface EmmettRead extends EmmettEvent {
  readonly metadata: { readonly streamName: string };
}

export interface EmmettStore {
  appendToStream(stream: string, events: readonly EmmettEvent[]): Promise<unknown>;
  readonly schema: { migrate(): Promise<unknown> };
  close(): Promise<void>;
}

export interface EmmettConsumer {
  /** Resolves when no message is left, for a rebuild. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Made and read by emmett alone. */
export interface EmmettProjection {
  readonly name?: string;
}

interface EmmettPostgreSQL {
  getPostgreSQLEventStore(url: string, options: { connectionOptions: { pool: pg.Pool } }): EmmettStore;
  pongoMultiStreamProjection<Document extends object>(options: {
    collectionName: string;
    canHandle: readonly string[];
    getDocumentId(event: EmmettRead): string;
    initialState(): Document;
    evolve(document: Document, event: EmmettRead): Document;
  }): EmmettProjection;
  rebuildPostgreSQLProjections(options: {
    connectionString: string;
    projection: EmmettProjection;
    pulling: { batchSize: number };
  }): EmmettConsumer;
}

export const emmett = (): EmmettPostgreSQL => packageOf('@event-driven-io/emmett-postgresql');

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: { text(): Promise<string>; dump(): Promise<void> };
}

export interface HttpClient {
  request(options: {
    path: string;
    method: string;
    headers?: Readonly<Record<string, string>>;
    body?: string;
  }): Promise<HttpAnswer>;
  close(): Promise<void>;
}

interface Undici {
  /** One connection to one origin, kept open. */
  readonly Client: new (origin: string) => HttpClient;
}

export const undici = (): Undici => packageOf('undici');

export const versionOf = (name: string): string => packageOf(`${name}/package.json`).version;
