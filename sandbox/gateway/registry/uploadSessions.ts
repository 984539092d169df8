import type { RepositoryRecord } from "../state/records";

/** How far an upload is. */
export interface UploadSession {
  repositoryId: string;
  /** Path and query of the session inside Distribution, which changes with every chunk. */
  location: string;
  /** Bytes received so far. */
  received: number;
  /** Bytes of the chunk that came last; a chunk that was cut and the rest of it count as one. */
  lastChunk: number;
  /** Whether a chunk that was not the last is smaller than ECR takes. */
  hasSmallChunk: boolean;
  /** Milliseconds since 1970. */
  usedAt: number;
}

/** Distribution purges what nobody has touched for a week; so is what is known about it forgotten. */
const forgottenAfterMilliseconds = 7 * 24 * 60 * 60 * 1000;

/**
 * The uploads of the registry protocol. A client whose connection broke in the middle of a chunk asks with the address that
 * it had before; Distribution takes only the newest one, so that is kept here. After a restart the client's own address is
 * all there is: the upload goes on where no chunk was cut, and is refused otherwise.
 */
export class UploadSessions {
  private readonly sessions = new Map<string, UploadSession>();

  get(id: string, repository: RepositoryRecord): UploadSession | undefined {
    const session = this.sessions.get(id);
    return session?.repositoryId === repository.id ? session : undefined;
  }

  put(id: string, session: UploadSession): void {
    // A map keeps the order of insertion: the ones used longest ago come first.
    this.sessions.delete(id);
    this.sessions.set(id, session);
    for (const [old, { usedAt }] of this.sessions) {
      if (session.usedAt - usedAt < forgottenAfterMilliseconds) break;
      this.sessions.delete(old);
    }
  }

  remove(id: string): void {
    this.sessions.delete(id);
  }

  /** How many uploads are open, as far as is known. */
  get size(): number {
    return this.sessions.size;
  }
}
