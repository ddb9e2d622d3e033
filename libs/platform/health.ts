import { Controller, Get, Injectable, Req, Res } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PoolClient } from 'pg';
import { Open } from '../access/may.js';
import { sameSecret } from '../access/secrets.js';
import { EventFeed, type ConsumerStatus } from '../event-feed/port.js';
import { Answers } from './answers.js';
import { Database } from './database.js';
import { codeOf } from './errors.js';
import { Metrics } from './metrics.js';
import { Problem } from './problem.js';
import { Settings } from './settings.js';

export interface NotReady {
  readonly name: string;
  readonly why: string;
}

type Check = () => Promise<string | undefined>;

const diskFull = '53100';

/** Puts about 100 kB into a temporary file: a server whose disk is full still answers reads, and takes nothing in. */
const roomOnDisk = async (tx: PoolClient): Promise<string | undefined> => {
  await tx.query(`SET LOCAL work_mem = '64kB'`);
  try {
    await tx.query('SELECT count(*) FROM generate_series(1, 5000)');
    return undefined;
  } catch (error) {
    if (codeOf(error) !== diskFull) throw error;
    return 'has no room left on its disk';
  }
};

/** What must be well before this process takes work. Modules add theirs, e.g. the MLLP listener. */
@Injectable()
export class Health {
  private readonly checks = new Map<string, Check>();

  constructor(
    private readonly database: Database,
    private readonly modules: ModuleRef,
  ) {
    this.addCheck('database', () => this.database.tx(roomOnDisk));
  }

  /** `check` answers why it is not ready, or nothing. */
  addCheck(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  async notReady(): Promise<readonly NotReady[]> {
    const asked = [...this.checks].map(async ([name, check]) => {
      const why = await inTime(check()).catch(() => 'cannot be reached');
      return why === undefined ? [] : [{ name, why }];
    });
    return [...(await Promise.all(asked)).flat(), ...(await this.consumersNotReady())];
  }

  private async consumersNotReady(): Promise<readonly NotReady[]> {
    const feed = this.modules.get(EventFeed, { strict: false });
    const status = await inTime(feed.status()).catch(() => undefined);
    if (status === undefined) return [{ name: 'feed', why: 'cannot be asked' }];
    const faults = feed.faults().map((why) => ({ name: 'feed', why }));
    const consumers = status.flatMap((consumer) => {
      const why = whyNotReady(consumer);
      return why === undefined ? [] : [{ name: `feed ${consumer.name} v${String(consumer.version)}`, why }];
    });
    return [...faults, ...consumers];
  }
}

/** What is built while an older version answers holds nobody up, unless it cannot be built: then this release should come no further. */
const whyNotReady = ({ state, lag, beside }: ConsumerStatus): string | undefined => {
  if (state === 'running' || (state === 'building' && beside)) return undefined;
  if (state === 'building') return `building, ${String(lag)} events to go`;
  return beside ? `${state}, the version before answers` : state;
};

const inTime = <T>(work: Promise<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too slow')), 3000);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });

/** For whoever watches over the service. */
@Controller()
export class HealthController {
  constructor(
    private readonly health: Health,
    private readonly metrics: Metrics,
    private readonly settings: Settings,
  ) {}

  @Get('health/live')
  @Open('a supervisor asks whether the process lives, without an account')
  @Answers({ status: 'string' })
  live(): { status: 'live' } {
    return { status: 'live' };
  }

  @Get('health/ready')
  @Open('a load balancer asks whether to send work, without an account')
  @Answers({ status: 'string', notReady: [{ name: 'string', why: 'string' }] })
  async ready(
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<{ status: string; notReady: readonly NotReady[] }> {
    const notReady = await this.health.notReady();
    if (notReady.length === 0) return { status: 'ready', notReady };
    void reply.code(503).header('retry-after', '2');
    return { status: 'not-ready', notReady };
  }

  @Get('metrics')
  @Open('Prometheus reads it from this machine, or with METRICS_TOKEN')
  async read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!this.mayRead(request))
      throw new Problem(403, 'not-allowed', 'Metrics are for this machine, or with the token in METRICS_TOKEN.');
    await reply.type(this.metrics.registry.contentType).send(await this.metrics.text());
  }

  /** A proxy on the same machine would make everybody look local: what was forwarded is not. */
  private mayRead(request: FastifyRequest): boolean {
    const token = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (token !== undefined && this.settings.metricsToken !== undefined)
      return sameSecret(token, this.settings.metricsToken);
    const forwarded = request.headers['x-forwarded-for'] !== undefined || request.headers.forwarded !== undefined;
    return !forwarded && /^(?:127\.|::1$|::ffff:127\.)/.test(request.socket.remoteAddress ?? '');
  }
}
