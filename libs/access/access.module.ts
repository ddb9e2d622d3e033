import { Global, Module, type OnModuleInit } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { Database } from '../platform/database.js';
import { migrate } from '../platform/migrations.js';
import { Settings } from '../platform/settings.js';
import { closeEndedStreams } from '../platform/sse.js';
import { Upkeep } from '../platform/upkeep.js';
import { AccessGuard } from './access.guard.js';
import { AuditController } from './audit.controller.js';
import { Audit } from './audit.js';
import { AuthController } from './auth.controller.js';
import { addDemoUsers } from './demo-users.js';
import { accessMigrations } from './migrations.js';
import { PostgresAudit } from './postgres-audit.js';
import { Users } from './postgres-users.js';
import { Sessions } from './sessions.js';
import { SignInPage } from './sign-in.page.js';
import { SignIn } from './sign-in.js';
import { AccessTokens } from './tokens.js';
import { UserDirectory } from './users.js';

/** How long a live stream may outlast the sign-in it was opened with, when another process ended that. Lower asks the database more often. */
const streamsEveryMilliseconds = 15_000;

/** Who may do what: users, tokens, sessions, the guard that denies by default, the audit of reads. */
@Global()
@Module({
  controllers: [AuthController, SignInPage, AuditController],
  providers: [
    Users,
    { provide: UserDirectory, useExisting: Users },
    AccessTokens,
    Sessions,
    SignIn,
    PostgresAudit,
    { provide: Audit, useExisting: PostgresAudit },
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [Users, UserDirectory, AccessTokens, Sessions, SignIn, Audit, PostgresAudit],
})
export class AccessModule implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly settings: Settings,
    private readonly users: Users,
    private readonly tokens: AccessTokens,
    private readonly sessions: Sessions,
    private readonly upkeep: Upkeep,
  ) {}

  async onModuleInit(): Promise<void> {
    await migrate(this.database.pool, 'access', accessMigrations);
    if (this.settings.demo !== 'off') await addDemoUsers(this.users, this.settings.council.code);
    this.upkeep.hourly('expired tokens', () => this.tokens.dropExpired());
    this.upkeep.hourly('expired sessions', () => this.sessions.dropExpired());
    this.upkeep.every(streamsEveryMilliseconds, 'streams of who is signed out', closeEndedStreams);
  }
}
