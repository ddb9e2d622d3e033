import { createConnection, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { Module, type DynamicModule } from '@nestjs/common';
import { AccessModule } from '#libs/access/access.module.js';
import { EventFeedModule } from '#libs/event-feed/event-feed.module.js';
import { PeopleModule } from '#libs/people/people.module.js';
import { PlatformModule, type PlatformOptions } from '#libs/platform/platform.module.js';
import { IntakeModule } from '../intake.module.js';
import { frame, MllpFrames } from '../mllp/frames.js';

@Module({})
class IntakeAlone {}

/** Intake and what it stands on, without the other contexts. */
export const intakeAlone = (options: PlatformOptions): DynamicModule => ({
  module: IntakeAlone,
  imports: [PlatformModule.with(options), AccessModule, PeopleModule, EventFeedModule, IntakeModule],
});

export interface MllpClient {
  readonly socket: Socket;
  /** Sends a message and waits for the next answer. */
  send(message: string): Promise<string>;
  write(bytes: Buffer | string): void;
  /** The next answer. */
  answer(): Promise<string>;
  closed(): Promise<void>;
  end(): void;
}

/** A sender on an MLLP line, as a hospital's engine is one; over TLS where it is said how. */
export const mllpClient = (port: number, tls?: ConnectionOptions): Promise<MllpClient> =>
  new Promise((resolve, reject) => {
    const at = { port, host: '127.0.0.1' };
    const socket = tls ? connectTls({ ...at, servername: 'localhost', ...tls }) : createConnection(at);
    const frames = new MllpFrames(1_048_576);
    const answers: string[] = [];
    const waiting: ((answer: string) => void)[] = [];
    const gone = new Promise<void>((done) => socket.once('close', () => done()));
    socket.on('data', (chunk: Buffer) => {
      for (const framed of frames.push(chunk)) {
        if (framed.kind !== 'message') continue;
        const text = framed.bytes.toString('utf8');
        const next = waiting.shift();
        if (next) next(text);
        else answers.push(text);
      }
    });
    const answer = (): Promise<string> => {
      const here = answers.shift();
      if (here !== undefined) return Promise.resolve(here);
      return Promise.race([
        new Promise<string>((done) => waiting.push(done)),
        gone.then(() => Promise.reject(new Error('The line was closed without an answer.'))),
      ]);
    };
    socket.once('error', reject);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      socket.on('error', () => undefined);
      resolve({
        socket,
        answer,
        write: (bytes) => void socket.write(bytes),
        send: (message) => {
          socket.write(frame(message));
          return answer();
        },
        closed: () => gone,
        end: () => socket.end(),
      });
    });
  });

/** MSA-1 and MSA-2 of an acknowledgement. */
export const msa = (acknowledgement: string): readonly string[] =>
  (acknowledgement.split('\r').find((line) => line.startsWith('MSA')) ?? '').split('|').slice(1, 3);
