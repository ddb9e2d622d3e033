import { Module, type OnModuleInit } from '@nestjs/common';
import { EventFeed } from '#libs/event-feed/port.js';
import { PeopleVault } from '#libs/people/port.js';
import { ExportsController } from './exports/exports.controller.js';
import { Exports } from './exports/exports.js';
import { Figures } from './figures/figures.js';
import { FiguresController } from './figures/figures.controller.js';
import { LogPosition, PositionInLog } from './figures/log-position.js';
import { PeopleBehind } from './figures/people-behind.js';
import { Pseudonyms } from './figures/pseudonyms.js';
import { historiesProjection } from './histories/histories.projection.js';
import { Cards } from './pages/cards.js';
import { InsightsPage } from './pages/insights.page.js';
import { personFactsProjection } from './person-facts/person-facts.projection.js';
import { PopulationController } from './population/population.controller.js';
import { populationProjection } from './population/population.projection.js';
import { Populations } from './population/population.js';
import { stayFactsProjection } from './stay-facts/stay-facts.projection.js';

/** Figures with their rules: what they are counted from, the API, the exports and the pages. */
@Module({
  controllers: [FiguresController, PopulationController, ExportsController, InsightsPage],
  providers: [
    Figures,
    Exports,
    PeopleBehind,
    Pseudonyms,
    { provide: LogPosition, useClass: PositionInLog },
    Populations,
    Cards,
  ],
})
export class InsightsModule implements OnModuleInit {
  constructor(
    private readonly feed: EventFeed,
    private readonly vault: PeopleVault,
  ) {}

  onModuleInit(): void {
    this.feed.register(stayFactsProjection);
    this.feed.register(personFactsProjection(this.vault));
    this.feed.register(historiesProjection);
    this.feed.register(populationProjection);
  }
}
