import type { Rule, Target } from "@aws-sdk/client-eventbridge";
import type { MinistackClient } from "../ministack/ministackClient";
import { deliver, targetInput } from "./eventTargets";
import type { ServiceEvent } from "./serviceEvent";

/** How long rules are cached when no request goes to MiniStack: its own background tasks may still create some. */
const rulesMilliseconds = 1000;

/** The enabled rules of an account and region. */
interface CachedRules {
  rules: Rule[];
  changes: number;
  at: number;
}

/**
 * Delivers events to the targets of EventBridge rules. MiniStack stores the rules and matches patterns, but accepts no
 * `aws.*` events from clients, so the gateway calls the targets itself. The operation does not wait for delivery;
 * failures are logged, where EventBridge would count them in its metrics.
 */
export class EventSender {
  private tail: Promise<void> = Promise.resolve();
  private unreachable = false;
  private readonly known = new Map<string, CachedRules>();

  /** @param changes A number that changes whenever MiniStack's rules may have changed. */
  constructor(
    private readonly ministack: MinistackClient,
    private readonly log: (message: string) => void,
    private readonly changes: () => number,
  ) {}

  /** Queues an event for delivery after earlier ones. */
  send(event: ServiceEvent): void {
    this.tail = this.tail.then(() => this.dispatch(event));
  }

  /** Resolves when every event so far has been delivered or has failed. */
  settled(): Promise<void> {
    return this.tail;
  }

  private async dispatch(event: ServiceEvent): Promise<void> {
    try {
      for (const rule of await this.rulesFor(event)) {
        await this.dispatchTo(rule, event);
      }
      this.unreachable = false;
    } catch (error) {
      // Logged once: without MiniStack, as in some tests, every push would log it.
      if (!this.unreachable) this.log(`events are not delivered: ${String(error)}`);
      this.unreachable = true;
    }
  }

  private async rulesFor(event: ServiceEvent): Promise<Rule[]> {
    const fitting: Rule[] = [];
    for (const rule of await this.enabledRules(event)) {
      if (await this.fits(rule.EventPattern ?? "", event)) fitting.push(rule);
    }
    return fitting;
  }

  /** Cached for many events in a row: a lifecycle run may produce one for each image in a repository. */
  private async enabledRules(event: ServiceEvent): Promise<Rule[]> {
    const place = `${event.account} ${event.region}`;
    const changes = this.changes();
    const known = this.known.get(place);
    if (known?.changes === changes && Date.now() - known.at < rulesMilliseconds) return known.rules;
    const at = Date.now();
    const rules = await this.askForRules(event);
    this.known.set(place, { rules, changes, at });
    return rules;
  }

  private async askForRules(event: ServiceEvent): Promise<Rule[]> {
    const rules: Rule[] = [];
    for (let NextToken: string | undefined, first = true; first || NextToken !== undefined; first = false) {
      const page = (await this.ask(event, "ListRules", { NextToken })) as { Rules?: Rule[]; NextToken?: string };
      NextToken = page.NextToken;
      rules.push(...(page.Rules ?? []).filter(({ State, EventPattern }) => State !== "DISABLED" && EventPattern));
    }
    return rules;
  }

  private async fits(EventPattern: string, event: ServiceEvent): Promise<boolean> {
    const answer = await this.ask(event, "TestEventPattern", { EventPattern, Event: JSON.stringify(event) });
    return (answer as { Result?: boolean }).Result === true;
  }

  private async dispatchTo(rule: Rule, event: ServiceEvent): Promise<void> {
    const answer = (await this.ask(event, "ListTargetsByRule", { Rule: rule.Name })) as { Targets?: Target[] };
    for (const target of answer.Targets ?? []) {
      try {
        await deliver(this.ministack, target, targetInput(target, event, rule.Arn ?? ""));
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        this.log(`the event ${event["detail-type"]} did not reach ${target.Arn} of the rule ${rule.Name}: ${reason}`);
      }
    }
  }

  private ask({ account, region }: ServiceEvent, operation: string, input: object): Promise<object> {
    return this.ministack.json("events", `AWSEvents.${operation}`, input, account, region);
  }
}
