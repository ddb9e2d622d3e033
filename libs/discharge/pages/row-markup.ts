import { Injectable } from '@nestjs/common';
import { createTemplates } from '#libs/platform/templates.js';
import type { BoardRow } from '../board/named-rows.js';
import type { HuddleFigures } from './huddle-figures.js';
import { rowInWords, type RowView } from './huddle-row.js';

/** Markup of one row and of the figures: the same template that makes the page, so that a live row looks like any other. */
@Injectable()
export class RowMarkup {
  private readonly templates = createTemplates(false);

  row(row: BoardRow, view: RowView): string {
    return this.templates.render('discharge/pages/huddle-row.njk', { row: rowInWords(row, view), live: true }).trim();
  }

  figures(figures: HuddleFigures): string {
    return this.templates.render('discharge/pages/huddle-figures.njk', { figures }).trim();
  }
}
