import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { map, type Observable } from 'rxjs';

/** `ETag: "<revision>"` on every answer that tells its revision: what `If-Match` takes. */
@Injectable()
export class ETagInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      map((body: unknown) => {
        if (typeof body === 'object' && body !== null && 'revision' in body && Number.isSafeInteger(body.revision)) {
          void context
            .switchToHttp()
            .getResponse<FastifyReply>()
            .header('etag', `"${String(body.revision)}"`);
        }
        return body;
      }),
    );
  }
}
