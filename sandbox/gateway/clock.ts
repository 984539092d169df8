import type { Store } from "./state/store";

/** The time, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/**
 * A clock that can be moved ahead, never back: image dates would lie in the future. How far ahead it is, is kept: a gateway
 * that starts again goes on from there.
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
