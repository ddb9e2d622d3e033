import { Injectable } from '@nestjs/common';
import { daysBetween, londonDate } from '#libs/nhs/civil-date.js';
import { PeopleDirectory, PeopleVault } from '#libs/people/port.js';
import { Clock } from '#libs/platform/clock.js';
import { Problem } from '#libs/platform/problem.js';
import { nameOf } from '../checks/worklist.reader.js';
import { caseFactsOf } from '../subjects/case-subject.js';
import type { EpisodeSubject } from '../subjects/episode-subject.js';
import { requestFactsOf } from '../subjects/request-subject.js';
import { SubjectsReader } from '../subjects/subjects.reader.js';
import { expectedStartOf, type ExpectedStart } from './expected-start.js';

export type EpisodeStatus = 'running' | 'paused' | 'ended';

export interface EpisodeItem extends Omit<EpisodeSubject, 'kind'> {
  readonly status: EpisodeStatus;
  /** Week n, counted from 1. */
  readonly week: number;
  readonly name: string | null;
  readonly nhsNumber: string | null;
}

export const statusOf = (episode: EpisodeSubject): EpisodeStatus =>
  episode.endedOn !== null ? 'ended' : episode.pausedBy.length > 0 ? 'paused' : 'running';

@Injectable()
export class EpisodesReader {
  constructor(
    private readonly reader: SubjectsReader,
    private readonly people: PeopleDirectory,
    private readonly vault: PeopleVault,
    private readonly clock: Clock,
  ) {}

  /** Newest start first, opened. */
  async all(): Promise<EpisodeItem[]> {
    return this.items(await this.reader.ofKind('episode'));
  }

  /** Throws 404 when there is none. */
  async one(episodeId: string): Promise<EpisodeItem> {
    const episode = await this.reader.find('episode', episodeId);
    const [item] = episode ? await this.items([episode]) : [];
    if (!item) throw new Problem(404, 'episode.not-found', 'There is no reablement episode with this id.');
    return item;
  }

  /** Whose case it is; null where no name is held, undefined where there is no such case. */
  async nameOfCase(caseId: string): Promise<string | null | undefined> {
    const own = await this.reader.find('case', caseId);
    return own ? nameOf((await this.people.details([own.personId])).get(own.personId)) : undefined;
  }

  private async items(episodes: readonly EpisodeSubject[]): Promise<EpisodeItem[]> {
    const today = londonDate(this.clock.now());
    const details = await this.people.details(episodes.map(({ personId }) => personId));
    const opened = await this.vault.open(episodes);
    return opened
      .map(({ kind: _kind, ...episode }, index) => ({
        ...episode,
        status: statusOf(episodes[index] ?? { ...episode, kind: 'episode' as const }),
        // What has ended waits for nobody: whether the end or the return from hospital was heard of first says nothing.
        pausedBy: episode.endedOn === null ? episode.pausedBy : [],
        week: Math.max(1, Math.floor(daysBetween(episode.startedOn, episode.endedOn ?? today) / 7) + 1),
        name: nameOf(details.get(episode.personId)),
        nhsNumber: details.get(episode.personId)?.nhsNumber ?? null,
      }))
      .sort((a, b) =>
        a.startedOn === b.startedOn ? (a.episodeId < b.episodeId ? -1 : 1) : a.startedOn < b.startedOn ? 1 : -1,
      );
  }

  /** Starts that policy 7 expects and nobody recorded yet, the longest overdue first. */
  async expectedStarts(): Promise<(ExpectedStart & { readonly name: string | null })[]> {
    const [cases, episodes, requests] = await Promise.all([
      this.reader.ofKind('case'),
      this.reader.ofKind('episode'),
      this.reader.ofKind('request'),
    ]);
    const today = londonDate(this.clock.now());
    const facts = requests.map(requestFactsOf);
    const waiting = cases.flatMap((own) => {
      const start = expectedStartOf(caseFactsOf(own), episodes, facts, today);
      return start ? [{ ...start, personId: own.personId }] : [];
    });
    // Nobody is expected to start who died, and no family is called (architecture.md §6, policy 3).
    const dead = await this.reader.diedAmong(waiting.map(({ personId }) => personId));
    const expected = waiting.filter((_, index) => dead[index] === false);
    const details = await this.people.details(expected.map(({ personId }) => personId));
    return expected
      .map(({ personId, ...start }) => ({ ...start, name: nameOf(details.get(personId)) }))
      .sort((a, b) => (a.expectedBy < b.expectedBy ? -1 : 1));
  }
}
