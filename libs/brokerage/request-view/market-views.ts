import { Injectable } from '@nestjs/common';
import { PeopleVault } from '#libs/people/port.js';
import { marketView, type MarketView } from '../domain/market-view.js';
import { stageOf, type PlacementRequest } from '../domain/request-state.js';
import { PeopleShown, personForProvider } from '../people-shown.js';

/** Requests as one provider may see them. */
@Injectable()
export class MarketViews {
  constructor(
    private readonly vault: PeopleVault,
    private readonly people: PeopleShown,
  ) {}

  async view(request: PlacementRequest, providerId: string): Promise<MarketView> {
    const { details, personId } = stageOf(request);
    const person = await this.people.details(personId);
    const opened = await this.vault.open(details);
    const view = marketView(request, providerId, opened, personForProvider(person), this.people.ageBand(person));
    return this.vault.open(view);
  }
}
