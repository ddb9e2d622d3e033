import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { Answers } from '../platform/answers.js';
import { May, Open } from './may.js';
import { SignIn } from './sign-in.js';
import { AccessTokens } from './tokens.js';

export class Credentials {
  @IsString({ message: 'must be text' })
  @MinLength(1, { message: 'must not be empty' })
  @MaxLength(200, { message: 'must be at most 200 characters' })
  username!: string;

  @IsString({ message: 'must be text' })
  @MinLength(1, { message: 'must not be empty' })
  @MaxLength(1000, { message: 'must be at most 1000 characters' })
  password!: string;
}

/** Tokens of programs. */
@Controller('api/v1/auth')
export class AuthController {
  constructor(
    private readonly signIn: SignIn,
    private readonly tokens: AccessTokens,
  ) {}

  @Post('token')
  @HttpCode(200)
  @Open('signing in is how one comes to be signed in')
  @Answers({ accessToken: 'string', expiresAt: 'date-time' })
  async token(
    @Body() { username, password }: Credentials,
    @Req() request: FastifyRequest,
  ): Promise<{ accessToken: string; expiresAt: string }> {
    const user = await this.signIn.check(username, password, request.ip);
    return this.tokens.issue(user.userId);
  }

  /** Ends the token it is called with. */
  @Post('sign-out')
  @HttpCode(204)
  @May('own.session')
  async signOut(@Req() request: FastifyRequest): Promise<void> {
    const token = request.headers.authorization?.replace(/^Bearer +/i, '');
    if (token !== undefined) await this.tokens.revoke(token);
  }
}
