import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { londonDate, startOfLondonDay } from '#libs/nhs/index.js';
import type { Position } from '#libs/event-store/port.js';
import { nameOf } from '#libs/platform/errors.js';
import { BoardReader } from '../board/board-reader.js';
import { figuresOf } from './huddle-figures.js';
import { RowMarkup } from './row-markup.js';

type Show = (html: string) => void;
const everyMs = 2000;

/** The figures at the head of every open board, worked out once for all who watch the same hospital, at most every two seconds. */
@Injectable()
export class LiveFigures implements OnModuleDestroy {
  private readonly logger = new Logger('live-figures');
  private readonly watchers = new Map<string, { readonly shows: Set<Show>; html: string; position: Position }>();
  private timer: NodeJS.Timeout | undefined;
  private working = false;

  constructor(
    private readonly reader: BoardReader,
    private readonly markup: RowMarkup,
  ) {}

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** Returns how to leave. */
  watch(hospital: string | undefined, show: Show): () => void {
    const key = hospital ?? '';
    const watched = this.watchers.get(key) ?? { shows: new Set(), html: '', position: '0' };
    this.watchers.set(key, watched);
    watched.shows.add(show);
    this.timer ??= setInterval(() => void this.work(), everyMs).unref();
    return () => {
      watched.shows.delete(show);
      if (watched.shows.size === 0) this.watchers.delete(key);
      if (this.watchers.size > 0) return;
      clearInterval(this.timer);
      this.timer = undefined;
    };
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      const position = await this.reader.position();
      for (const [hospital, watched] of [...this.watchers]) {
        if (watched.position === position) continue;
        const html = await this.markupFor(hospital === '' ? undefined : hospital);
        watched.position = position;
        if (html === watched.html) continue;
        watched.html = html;
        for (const show of [...watched.shows]) show(html);
      }
    } catch (error) {
      // The next tick tries again.
      this.logger.warn(`The figures could not be read: ${nameOf(error)}`);
    } finally {
      this.working = false;
    }
  }

  private async markupFor(hospital: string | undefined): Promise<string> {
    const clocks = this.reader.now();
    const { rows } = await this.reader.board(hospital === undefined ? {} : { hospital });
    const left = await this.reader.leftSince(startOfLondonDay(londonDate(clocks.asOf)), clocks, hospital);
    return this.markup.figures(figuresOf(rows, left, clocks.asOf));
  }
}
