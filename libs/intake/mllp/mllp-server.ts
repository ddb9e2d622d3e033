import { createServer, type AddressInfo, type Server } from 'node:net';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { nameOf } from '#libs/platform/errors.js';
import { Health } from '#libs/platform/health.js';
import { newId } from '#libs/platform/ids.js';
import { Settings } from '#libs/platform/settings.js';
import { isUnavailable } from '#libs/platform/unavailable.js';
import { WardIntake } from '../taking/ward-intake.js';
import { MllpLine, type LineRules } from './mllp-line.js';

/** Lines open at once; each may hold one unfinished message of the largest size. */
const mostLines = 256;

export const lineRules: LineRules = { frameLimit: 10 * 1_048_576, unfinishedMs: 60_000, retryMs: 500 };

/** The MLLP listener on `MLLP_PORT`. */
@Injectable()
export class MllpServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('mllp');
  private readonly lines = new Set<MllpLine>();
  private server: Server | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly intake: WardIntake,
    private readonly health: Health,
  ) {}

  /** Refuses the start when the port is taken. */
  async onApplicationBootstrap(): Promise<void> {
    this.health.addCheck('mllp', () => Promise.resolve(this.server?.listening ? undefined : 'does not listen'));
    await this.listen();
  }

  /** The port it listens on, which the system chooses when `MLLP_PORT` is 0. */
  get port(): number {
    const address = this.server?.address();
    return isAddress(address) ? address.port : 0;
  }

  async beforeApplicationShutdown(): Promise<void> {
    const { server } = this;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await Promise.all([...this.lines].map((line) => line.stop()));
    await closed;
  }

  private listen(rules: LineRules = lineRules): Promise<void> {
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      const line = new MllpLine(socket, rules, {
        take: (bytes) => this.intake.takeHl7(bytes, { source: 'mllp', correlationId: newId() }),
        isUnavailable,
        now: () => this.clock.now(),
        newId,
        failed: (error) => this.logger.error({ fault: nameOf(error) }),
      });
      this.lines.add(line);
      socket.on('close', () => this.lines.delete(line));
    });
    server.maxConnections = mostLines;
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) =>
        reject(
          error.code === 'EADDRINUSE'
            ? new Error(
                `MLLP_PORT ${String(this.settings.mllpPort)} is taken by another program. Set MLLP_PORT to a free one.`,
              )
            : error,
        ),
      );
      server.listen(this.settings.mllpPort, this.settings.httpHost, () => {
        server.on('error', () => this.logger.error('the listener failed'));
        resolve();
      });
    });
  }
}

const isAddress = (address: string | AddressInfo | null | undefined): address is AddressInfo =>
  typeof address === 'object' && address !== null;
