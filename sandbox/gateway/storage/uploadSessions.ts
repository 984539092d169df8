import type { RepositoryRecord } from "../state/records";

/** Progress of an upload. */
export interface UploadSession {
  repositoryId: string;
  /** Path and query of the session in Distribution, which change with every chunk. */
  location: string;
  /** Bytes received so far. */
  received: number;
  /** Size of the last chunk in bytes; an interrupted chunk and its remainder count as one. */
  lastChunk: number;
  /** Whether a chunk other than the last was smaller than ECR accepts. */
  hasSmallChunk: boolean;
  /** Milliseconds since 1970. */
  usedAt: number;
}

/** Distribution purges uploads unused for a week, so their sessions are dropped here, too. */
const forgottenAfterMilliseconds = 7 * 24 * 60 * 60 * 1000;

/**
 * Uploads of the registry protocol. A client whose connection broke in the middle of a chunk continues with its
 * previous URL, but Distribution accepts only the newest one, so that is stored here. After a restart only the client's
 * URL is left: the upload continues if no chunk was interrupted, and is refused otherwise.
 */
export class UploadSessions {
  private readonly sessions = new Map<string, UploadSession>();

  get(id: string, repository: RepositoryRecord): UploadSession | undefined {
    const session = this.sessions.get(id);
    return session?.repositoryId === repository.id ? session : undefined;
  }

  put(id: string, session: UploadSession): void {
    // A Map keeps insertion order, so the least recently used session comes first.
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

  /** Number of known open uploads. */
  get size(): number {
    return this.sessions.size;
  }
}
