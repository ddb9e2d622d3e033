/**
 * What a synthetic borough was told, as it was told: the input of the naive calculator. `phase` stands for when it was recorded: all of a phase
 * was recorded before anything of the next, and an instant between two phases serves as `knownAt`.
 */
export interface Told {
  readonly phase: number;
  /** When it was true. */
  readonly at: string;
}

/** One ward message about a stay. */
export interface WardMessage extends Told {
  readonly type: 'A01' | 'A02' | 'A03' | 'A08' | 'A11' | 'A13';
  /** The sender's recorded time. */
  readonly recorded: string;
  readonly ward: string;
  readonly admittedAt?: string;
  readonly dischargedAt?: string;
  readonly method?: string;
  readonly destination?: string;
  readonly fit?: 'Y' | 'N';
  readonly readyDate?: string;
}

export interface ToldStay {
  readonly stayId: string;
  readonly person: ToldPerson;
  readonly hospital: string;
  readonly admissionMethod: string;
  readonly messages: WardMessage[];
}

export interface ToldPerson {
  readonly number: number;
  readonly nhsNumber: string;
  readonly birthDate: string;
  readonly sex: 'F' | 'M';
  readonly postcode: string;
  readonly stays: ToldStay[];
  readonly cases: ToldCase[];
  readonly deaths: Told[];
}

interface Entry extends Told {
  /** The phase in which the entry was marked in error. */
  inErrorFrom?: number;
}
export interface ToldCriteria extends Entry {
  readonly meets: boolean;
}
export interface ToldDelay extends Entry {
  readonly reason: string;
  readonly owner?: string;
  readonly anticipated?: boolean;
  ended?: Told;
}

export interface ToldCase extends Told {
  readonly caseId: string;
  readonly person: ToldPerson;
  readonly hospital: string;
  readonly homeAuthority: string;
  readonly criteria: ToldCriteria[];
  readonly pathways: (Entry & { readonly pathway: number })[];
  readonly delays: ToldDelay[];
  readonly requests: ToldRequest[];
  readonly episodes: ToldEpisode[];
  /** Answers of its day-91 check, the latest last. */
  readonly answers: (Told & { readonly status: string })[];
  withdrawn?: Told;
  closed?: Told;
}

export interface ToldRequest {
  readonly requestId: string;
  readonly serviceType: string;
  readonly interim: boolean;
  readonly funding: string;
  approved?: Told;
  readonly pauses: { readonly phase: number; readonly from: string; readonly to: string }[];
  readonly awards: (Told & { readonly providerId: string })[];
  readonly failures: Told[];
  started?: Told;
  withdrawn?: Told;
  readonly declines: (Told & { readonly reason: string; readonly providerId: string })[];
}

export interface ToldEpisode {
  readonly phase: number;
  readonly episodeId: string;
  readonly providerId: string;
  readonly startedOn: string;
  readonly assessorType: string;
  readonly inLongTermSupport: boolean;
  ended?: { readonly phase: number; readonly endedOn: string; readonly outcome: string };
}

export interface Borough {
  readonly people: ToldPerson[];
  /** An instant after each phase and before the next. */
  readonly after: string[];
  readonly population: readonly { readonly year: number; readonly authority: string; readonly people: number }[];
}
