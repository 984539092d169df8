import type { Clock } from "./clock";
import type { Store } from "./store";

/** The minimum that parts of the gateway depend on. */
export interface GatewayState {
  store: Store;
  clock: Clock;
}
