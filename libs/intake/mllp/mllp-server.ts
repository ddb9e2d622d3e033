import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '#libs/platform/clock.js';
import { nameOf } from '#libs/platform/errors.js';
import { Health } from '#libs/platform/health.js';
import { newId } from '#libs/platform/ids.js';
import { Metrics } from '#libs/platform/metrics.js';
import { Settings } from '#libs/platform/settings.js';
import { isUnavailable } from '#libs/platform/unavailable.js';
import type { Taken } from '../taking/taken.js';
import { WardIntake } from '../taking/ward-intake.js';
import { Door, type DoorServices } from './door.js';
import { LineCounts, type DoorName } from './line-counts.js';
import { MllpFiles } from './mllp-files.js';
import { MllpLine, type LineRules } from './mllp-line.js';
import { Speakers, type Feed, type LineOrigin } from './speakers.js';

export const lineRules: LineRules = { frameLimit: 10 * 1_048_576, unfinishedMs: 60_000, retryMs: 500 };
/** How soon a renewed certificate, or another list of senders, counts. */
const lookAgainMs = 10_000;

/** For the last answers to be on their way when the service stops. */
const lastWordsMs = 1000;

/** The MLLP listeners: plain on `MLLP_PORT`, with client certificates on `MLLP_TLS_PORT` (docs/mllp.md). */
@Injectable()
export class MllpServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('mllp');
  private readonly lines = new Set<MllpLine>();
  private readonly counts: LineCounts;
  private readonly files: MllpFiles;
  private readonly doors: readonly Door[];
  private speakers: Speakers;
  private looking: NodeJS.Timeout | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly clock: Clock,
    private readonly intake: WardIntake,
    private readonly health: Health,
    metrics: Metrics,
  ) {
    const { mllp, mllpPort, httpHost: host } = settings;
    this.speakers = new Speakers(mllp.senders, mllp.allow, settings.mode);
    this.files = new MllpFiles(mllp);
    const { lines, tls } = mllp;
    this.doors = [
      ...(mllpPort === undefined ? [] : [new Door('plain', { port: mllpPort, host, lines }, this.atDoor('plain'))]),
      ...(tls ? [new Door('tls', { port: tls.port, host, lines }, this.atDoor('tls'), tls.identity)] : []),
    ];
    this.counts = new LineCounts(metrics.registry, () => ({
      plain: this.openLines('plain'),
      tls: this.openLines('tls'),
    }));
    if (tls) this.counts.certificateExpires(tls.identity.expires);
  }

  /** Refuses the start when a port is taken. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.doors.length === 0) return;
    const listens = (): boolean => this.doors.every(({ listening }) => listening);
    this.health.addCheck('mllp', () => Promise.resolve(listens() ? undefined : 'does not listen'));
    await this.lookAgain();
    for (const door of this.doors) await door.open();
    this.looking = setInterval(() => void this.lookAgain(), lookAgainMs).unref();
  }

  /** The port of plain lines, which the system chooses when `MLLP_PORT` is 0; 0 without one. */
  get port(): number {
    return this.door('plain')?.port ?? 0;
  }

  /** The same of `MLLP_TLS_PORT`. */
  get tlsPort(): number {
    return this.door('tls')?.port ?? 0;
  }

  /** Reads certificates and senders again. What cannot be used changes nothing and is said in the log, once. */
  async lookAgain(): Promise<void> {
    const seen = await this.files.lookAgain();
    if (!seen.changed) return;
    if ('faults' in seen) {
      this.logger.error({
        says: 'new certificates or senders cannot be used; those before go on',
        faults: seen.faults,
      });
      return;
    }
    const { mllp, mode } = this.settings;
    if (seen.senders) this.speakers = new Speakers(seen.senders, mllp.allow, mode);
    if (!seen.identity) return;
    this.door('tls')?.renew(seen.identity);
    this.counts.certificateExpires(seen.identity.expires);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.looking);
    const closed = Promise.all(this.doors.filter(({ listening }) => listening).map((door) => door.close()));
    await Promise.all([...this.lines].map((line) => line.stop()));
    await Promise.race([closed, pause(lastWordsMs, undefined, { ref: false })]);
    for (const door of this.doors) door.drop();
    await closed;
  }

  private door(name: DoorName): Door | undefined {
    return this.doors.find((door) => door.name === name);
  }

  private openLines(name: DoorName): number {
    return this.door(name)?.openLines ?? 0;
  }

  private atDoor(name: DoorName): DoorServices {
    return {
      mayOpen: (address) => (name === 'tls' ? this.speakers.mayOpenTls(address) : this.speakers.mayOpenPlain(address)),
      opened: (socket, origin) => {
        if (name === 'tls' && !this.speakers.isKnown(origin)) return false;
        this.hear(socket, origin);
        return true;
      },
      refused: (reason, address, fault) => this.counts.refused(name, reason, address, fault),
      failed: () => this.logger.error('a listener failed'),
    };
  }

  private hear(socket: Socket, origin: LineOrigin): void {
    const line = new MllpLine(socket, lineRules, {
      take: (bytes) => this.take(bytes, origin),
      isUnavailable,
      now: () => this.clock.now(),
      newId,
      failed: (error) => this.logger.error({ fault: nameOf(error) }),
    });
    this.lines.add(line);
    socket.on('close', () => this.lines.delete(line));
  }

  /** Whom a line may speak for is asked message by message: a list that changes counts at once. */
  private async take(bytes: Buffer, origin: LineOrigin): Promise<Taken> {
    let foreign = false;
    const speaksFor = (feed: Feed): boolean => {
      foreign = !this.speakers.speaksFor(origin, feed);
      return !foreign;
    };
    const taken = await this.intake.takeHl7(bytes, { source: 'mllp', correlationId: newId(), speaksFor });
    this.counts.message(foreign ? 'not-its-feed' : taken.outcome);
    return taken;
  }
}
