import { Module } from '@nestjs/common';
import { BoardModule } from './board/board.module.js';
import { CasesModule } from './cases.module.js';
import { HuddleModule } from './huddle/huddle.module.js';
import { DischargePagesModule } from './pages/pages.module.js';

/** Cases, pathways, delays, actions, escalation, huddles and the board. */
@Module({ imports: [CasesModule, BoardModule, HuddleModule, DischargePagesModule] })
export class DischargeModule {}
