import type { Store } from "./store";

/** A clock that tests can replace. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/**
 * A clock that can be moved forward but not back, because image dates would be in the future. The offset is stored and
 * survives a restart.
 */
export class MovableClock implements Clock {
  private ahead: number;

  constructor(
    private readonly base: Clock,
    private readonly store: Store,
  ) {
    this.ahead = store.setting<number>("clock", "ahead") ?? 0;
  }

  now(): number {
    return this.base.now() + this.ahead;
  }

  /** @param milliseconds 0 or more. */
  advance(milliseconds: number): void {
    const ahead = this.ahead + milliseconds;
    this.store.change(() => this.store.putSetting(ahead, "clock", "ahead"));
    this.ahead = ahead;
  }
}
