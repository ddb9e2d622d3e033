import { Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { EventFeed } from '../event-feed/port.js';
import { openStreams } from './sse.js';

/** What Prometheus reads at `/metrics`. Labels are routes, methods and consumers, never ids. Add to `registry`. */
@Injectable()
export class Metrics {
  readonly registry = new Registry();
  private readonly answers: Histogram<'method' | 'route' | 'status'>;

  constructor(private readonly modules: ModuleRef) {
    collectDefaultMetrics({ register: this.registry });
    this.answers = new Histogram({
      name: 'homeward_http_seconds',
      help: 'Time to answer a request',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [this.registry],
    });
    new Gauge({
      name: 'homeward_open_streams',
      help: 'Live viewers (server-sent events)',
      registers: [this.registry],
      collect() {
        this.set(openStreams());
      },
    });
    this.measureConsumers();
  }

  answered(method: string, route: string, status: number, milliseconds: number): void {
    this.answers.observe({ method, route, status: String(status) }, milliseconds / 1000);
  }

  /** All of it, as text. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private measureConsumers(): void {
    const labelNames = ['consumer', 'version'] as const;
    const parked = new Gauge({
      name: 'homeward_consumer_parked',
      help: 'Events parked',
      labelNames,
      registers: [this.registry],
    });
    const status = () =>
      this.modules
        .get(EventFeed, { strict: false })
        .status()
        .catch(() => undefined);
    new Gauge({
      name: 'homeward_consumer_lag_events',
      help: 'Events a consumer has not dealt with yet',
      labelNames,
      registers: [this.registry],
      async collect() {
        const consumers = await status();
        if (consumers === undefined) return;
        // A version that is gone, since a newer one took over, is late no more.
        this.reset();
        parked.reset();
        for (const consumer of consumers) {
          const labels = { consumer: consumer.name, version: String(consumer.version) };
          this.set(labels, consumer.lag);
          parked.set(labels, consumer.parked);
        }
      },
    });
  }
}
