import type { Finding, RuleReport } from "../policyReport/policyEvents";
import { countText } from "../quantities";
import { type Html, html } from "./html";
import type { ReportModel } from "./model";
import { table } from "./tables";

/** Policy results rule by rule; without any, how to get them. */
export function policySection({ policies, stack }: ReportModel): Html {
  return html`<section aria-labelledby="policies"><h2 id="policies">Policies</h2>${
    policies === undefined
      ? html`<p class="note">No policy results were given: ${policyCommand(stack)}</p>`
      : html`${policies.stack !== stack && html`<p class="note">These results are from the stack <code>${policies.stack}</code>.</p>`}${results(policies.rules)}`
  }</section>`;
}

/** The commands that evaluate the policies and add the results to the page. */
export function policyCommand(stack: string | undefined): Html {
  return html`<code>npx ecr policies --stack ${stack ?? "ENV"} --json &gt; policies.json</code> evaluates them, and <code>npx ecr report --stack ${stack ?? "ENV"} --policy-report policies.json</code> shows the results.`;
}

function results(rules: readonly RuleReport[]): Html {
  if (rules.length === 0) {
    return html`<p class="note">No policy results: no rule evaluated a resource.</p>`;
  }
  const count = (of: (rule: RuleReport) => boolean) => rules.filter(of).length;
  const failed = count(({ violations }) => violations.length > 0);
  const open = count(({ violations, unjudged }) => violations.length === 0 && unjudged.length > 0);
  const ordered = [...rules].sort((a, b) => rank(a) - rank(b));
  return html`<p>${countText(rules.length, "rule")}: ${rules.length - failed - open} passed, ${failed} failed, ${open} could not be evaluated.</p>
${ordered.filter((rule) => rank(rule) < passed).map(findings)}
<details${failed + open === 0 && html` open`}><summary>Counts for all rules</summary>
${table(
  "policies-table",
  "Resources by rule",
  [
    { heading: "Rule" },
    { heading: "Result" },
    { heading: "Passed", numeric: true },
    { heading: "Failed", numeric: true },
    { heading: "Not evaluated", numeric: true },
  ],
  ordered.map((rule) => [
    html`<code>${rule.rule}</code>`,
    resultWord(rule),
    rule.passed || "",
    rule.violations.length || "",
    rule.unjudged.length || "",
  ]),
)}</details>`;
}

const passed = 3;

/** Most severe first. */
function rank({ violations, unjudged }: RuleReport): number {
  if (violations.some(({ level }) => level === "mandatory")) {
    return 0;
  }
  return violations.length > 0 ? 1 : unjudged.length > 0 ? 2 : passed;
}

function resultWord(rule: RuleReport): string {
  return ["failed, mandatory", "failed, advisory", "could not be evaluated", "passed"][rank(rule)] ?? "";
}

function findings(rule: RuleReport): Html {
  return html`<article class="finding ${rank(rule) === 0 ? "grave" : "mild"}">
<h3><code>${rule.rule}</code> <small>${resultWord(rule)}</small></h3>
<ul>${[...rule.violations, ...rule.unjudged].map(finding)}</ul></article>`;
}

/** A URN ends with the resource's type, prefixed by its parents' types, and its name. */
function finding({ urn, message, severity }: Finding): Html {
  const parts = urn.split("::");
  const type = parts.at(-2)?.split("$").at(-1);
  return html`<li><code title="${urn}">${parts.at(-1) ?? urn}</code>${type !== undefined && html` <small>${type}</small>`}${severity && html` <small>severity ${severity}</small>`}<br>${message}</li>`;
}
