import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { previewRepository } from "../../cli/lifecycle/previewModel";
import { escapeHtml, Html, html } from "../../cli/report/html";
import { reportPage } from "../../cli/report/page";
import { timelineChart } from "../../cli/report/timelineChart";
import { prices } from "../../ecr/costs/prices";
import { image, now } from "../ecr/lifecyclePolicy/lifecycleImages";
import { report, reportInputs } from "./reportFixture";

/** The page's text as a reader sees it, without tags. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf("<body>"), page.indexOf("<script>"));
  return body
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .replace(/ ([.,:;])/g, "$1");
}

describe("cli: report, html", () => {
  it("escapes values, keeps nested html, joins lists and renders empty values as nothing", () => {
    const inner = html`<b>${"<&>\"'"}</b>`;
    assert.equal(
      String(html`<p title="${'"'}">${inner}${[1, "<", [html`<i></i>`]]}${null}${undefined}${false}${0}</p>`),
      '<p title="&quot;"><b>&lt;&amp;&gt;&quot;&#39;</b>1&lt;<i></i>0</p>',
    );
  });

  it("shows invisible and misleading characters as their code points", () => {
    assert.equal(escapeHtml("a\u202eb\u200b\u0000\ufeff\tü\n"), "a[U+202E]b[U+200B][U+0000][U+FEFF]\tü\n");
    const hidden = "\u00ad\u034f\u061c\u115f\u180e\u2028\u2029\u3164\uffa0\u{e0041}";
    assert.equal(
      escapeHtml(`prod${hidden}`),
      "prod[U+00AD][U+034F][U+061C][U+115F][U+180E][U+2028][U+2029][U+3164][U+FFA0][U+E0041]",
    );
    assert.equal(escapeHtml("🐈 ❤\ufe0f"), "🐈 ❤\ufe0f");
  });

  it("lets no text create an element", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        assert.doesNotMatch(String(html`${text}`), /[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/);
      }),
      { seed: 7 },
    );
    assert.equal(String(Html.trusted("<b>")), "<b>");
  });
});

describe("cli: report, page", () => {
  const repository = { name: "web", registryId: "1", region: "r", uri: "u/web", deployed: [], unknown: [] };
  const page = reportPage(report());

  it("loads nothing, and its content security policy allows only its own style and script", () => {
    assert.doesNotMatch(page, /<(?:link|img|iframe|object|embed|base|form)\b|\bsrc=|@import|url\(|\son\w+=|\sstyle=/);
    assert.doesNotMatch(page, /https?:\/\//);
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1]?.replaceAll("&#39;", "'") ?? "";
    const hash = (element: string) => {
      const content = new RegExp(`<${element}>([^]*)</${element}>`).exec(page)?.[1] ?? "";
      return `'sha256-${createHash("sha256").update(content).digest("base64")}'`;
    };
    assert.deepEqual(policy.split("; "), [
      "default-src 'none'",
      `style-src ${hash("style")}`,
      `script-src ${hash("script")}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
  });

  it("lists what needs attention, most serious first", () => {
    const notices = textOf(page.slice(page.indexOf("<body>"))).split("What needs attention")[1] ?? "";
    const places = [
      /Act shop\/petclinic: src-\w+ is deleted today by rule 2, and is run by Lambda function petclinic-nightly\./,
      /Act Policy ecr-lifecycle-policy: 1 violation of a mandatory rule\./,
      /Look shop\/petclinic: the release v2\.2\.0 is deleted today by rule 2\./,
      /Look shop\/tools has no lifecycle policy: every image stays\./,
    ].map((expected) => notices.search(expected));
    assert.ok(!places.includes(-1), `${places}`);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
  });

  it("says when nothing needs attention", () => {
    const { snapshot } = reportInputs();
    const calm = {
      ...snapshot,
      repositories: snapshot.repositories.filter(({ name }) => name === "shop/petclinic-pr"),
    };
    const judged = { stack: "prod", rules: [] };
    assert.match(textOf(reportPage(report({ snapshot: calm, policies: judged }))), /What needs attention Nothing:/);
  });

  it("reports policies that were not evaluated, with the commands for this stack", () => {
    const text = textOf(reportPage(report({ policies: undefined })));
    assert.match(text, /Look Policies were not evaluated: npx ecr policies --stack prod --json &gt; policies\.json/);
    assert.match(text, /npx ecr report --stack prod --policy-report policies\.json/);
    assert.match(textOf(page), /Look Policies: 1 rule could not be evaluated\./);
  });

  it("counts public repositories and their images", () => {
    assert.match(textOf(page), /Repositories 5 1 public Images 80 Stored 11\.9 GB/);
  });

  it("draws no chart if nothing is due", () => {
    const staying = { ...repository, images: [image("sha256:a", 1, ["x"])] };
    const { document } = reportInputs().snapshot.repositories[0] ?? {};
    const snapshot = { ...reportInputs().snapshot, takenAt: now, repositories: [{ ...staying, document }] };
    const calm = reportPage(report({ snapshot }));
    assert.doesNotMatch(calm, /class="timeline"/);
    assert.match(textOf(calm), /Nothing is deleted or archived within 90 days unless something is pushed\./);
  });

  it("repeats each cell's heading for phones, and has table roles", () => {
    const cells = [...page.matchAll(/<td[^>]*>/g)].map(([cell]) => cell);
    assert.ok(cells.length > 100);
    for (const cell of cells) assert.match(cell, /^<td role="cell" class="\w+" data-label="[^"]+">$/);
    const rows = [...page.matchAll(/<(?:tr|th|table|thead|tbody|tfoot)\b[^>]*>/g)].map(([tag]) => tag);
    for (const tag of rows) assert.match(tag, / role="/);
  });

  it("warns about an exceeded budget and images that no rule deletes", () => {
    const inputs = reportInputs();
    const cost = {
      ...inputs.cost,
      budget: { monthly: 0.5, exceededBy: 0.39 },
      steadyState: { ...inputs.cost.steadyState, growthPerMonth: 0.25 },
    };
    const text = textOf(reportPage(report({ cost })));
    assert.match(text, /Act Cost: the budget of 0\.50 USD a month is exceeded by 0\.39 USD\./);
    assert.match(text, /Look Cost: each month adds 0\.25 USD, for images that no rule deletes\./);
    assert.match(text, /and 0\.25 USD more each month/);
  });

  it("shows each image's fate and the rule that decides it", () => {
    const text = textOf(page);
    for (const expected of [
      /v1\.4\.0 archived today stays there rule 2: past its age limit 2026-03-03/,
      /nightly-3 deleted 2026-06-21 rule 3: past its age limit/,
      /v1\.0\.0 stays no rule matches 2025-04-27 148\.5 MB archived/,
      /run by ECS task definition petclinic:41/,
    ]) {
      assert.match(text, expected);
    }
  });

  it("draws a lane for each rule, with the same in words", () => {
    assert.match(
      page,
      /<desc id="repository-4-lane-2-text">today: 4 archived; 2026-07-06: 1 archived; 2026-08-10: 1 archived\.<\/desc>/,
    );
    assert.match(page, /<desc id="repository-4-lane-1-text">Nothing is deleted or archived\.<\/desc>/);
    assert.equal(page.match(/<svg class="lane"/g)?.length, 2 + 2 + 4);
    assert.match(textOf(page), /Rule 2 Archive images tagged v\* 90 days after their last pull 6 archived, 0 stay/);
  });

  it("dates bars like the table of images, and stacks an archival on a deletion of the same day", () => {
    const rules = [
      {
        rulePriority: 1,
        selection: { tagStatus: "any", countType: "sinceImagePushed", countUnit: "days", countNumber: 10 },
        action: { type: "expire" },
      },
    ] as const;
    const images = [image("sha256:a", 8.8), image("sha256:b", 8.2), image("sha256:c", 9.9)];
    const preview = previewRepository({ ...repository, document: { rules }, images }, { now, isRelease: () => false });
    const [, , last] = preview.events;
    assert.ok(last);
    const chart = String(
      timelineChart({ ...preview, events: [...preview.events, { ...last, action: "archive" }] }, now, "x"),
    );
    // Due at 14:24 today, 16:48 tomorrow and 7:12 the day after tomorrow.
    assert.match(chart, /-text">today: 1 deleted; 2026-06-02: 1 deleted; 2026-06-03: 1 deleted, 1 archived\.</);
    const bars = [...chart.matchAll(/<rect class="(\w+)" x="([^"]+)%" y="([^"]+)" width="[^"]+" height="([^"]+)"/g)];
    assert.deepEqual(
      bars.map(([, kind, x, y, height]) => [kind, Number(x), Number(y), Number(height)]),
      [
        ["expire", 0.12, 21, 18],
        ["expire", 1.22, 21, 18],
        ["expire", 2.32, 21, 18],
        ["archive", 2.32, 3, 18],
      ],
    );
    assert.match(chart, /The highest bar is 2 images\./);
  });

  it("shows cost now and at steady state next to the free amounts", () => {
    const text = textOf(page);
    assert.match(text, /Private, standard storage 9\.8 GB 7\.4 GB 536\.9 MB 0\.86 USD 0\.64 USD/);
    assert.match(text, /Public storage 1\.8 GB 1\.8 GB 53\.7 GB 0\.00 USD 0\.00 USD/);
    assert.match(text, /The free tier of accounts opened before 15 July 2025 still applies\./);
    assert.match(text, /petclinic src-1 0\.7 152\.0 MB rule 2 35\.7 days/);
  });

  it("shows what grows without limit, and that no free tier applies", () => {
    const inputs = reportInputs();
    const { steadyState } = inputs.cost;
    const stream = {
      stream: { tags: [], perDay: 1, bytes: 1e9 },
      standardDays: Infinity,
      archiveDays: 0,
      standardBytes: Infinity,
      archiveBytes: 0,
    };
    const cost = {
      ...inputs.cost,
      legacyFreeTier: false,
      steadyState: { ...steadyState, repositories: { web: [stream] } },
    };
    const text = textOf(reportPage(report({ cost })));
    assert.match(text, /Private, standard storage 9\.8 GB grows nothing 0\.86 USD grows/);
    assert.match(text, /web untagged 1 1\.0 GB none forever grows/);
    assert.match(text, /No free tier applies to private storage\./);
  });

  it("shows failed rules with their findings, and says if there are no results", () => {
    const text = textOf(page);
    assert.match(text, /5 rules: 2 passed, 2 failed, 1 could not be evaluated\./);
    assert.match(
      text,
      /ecr-lifecycle-policy failed, mandatory tools aws:ecr\/repository:Repository severity medium The repository/,
    );
    assert.match(text, /ecr-encryption passed 4/);
    // Most serious first. Only mandatory rules need attention.
    assert.deepEqual(
      [...page.matchAll(/<h3><code>([^<]+)</g)].map(([, rule]) => rule),
      ["ecr-lifecycle-policy", "ecr-tag-immutability", "ecr-repository-access"],
    );
    assert.equal(text.split("Policy ecr-").length, 2);
    assert.match(textOf(reportPage(report({ policies: undefined }))), /No policy results were given: npx ecr policies/);
    assert.match(
      textOf(reportPage(report({ policies: { stack: "dev", rules: [] } }))),
      /results are from the stack dev\. .*no rule evaluated a resource/,
    );
  });

  it("escapes every string from AWS, stacks and files", () => {
    const evil = `<img src=x onerror="alert(1)">'&`;
    const inputs = reportInputs();
    const repository = {
      name: evil,
      registryId: evil,
      region: evil,
      uri: evil,
      document: {
        rules: [
          {
            rulePriority: 1,
            description: evil,
            selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 },
            action: { type: "expire" },
          },
        ],
      },
      images: [
        { digest: `sha256:${evil}`, tags: [evil, "v1.0.0"], pushedAt: now },
        { digest: `${evil}2`, tags: [evil], pushedAt: now, subject: `sha256:${evil}` },
      ],
      deployed: [{ digest: `${evil}2`, by: evil }],
      unknown: [evil],
    } as const;
    const finding = { urn: `${evil}::${evil}::${evil}`, level: "mandatory", severity: evil, message: evil };
    const stream = {
      ...inputs.cost.steadyState.repositories["petclinic"]?.[0],
      stream: { tags: [evil], perDay: 1, bytes: 1 },
    };
    const model = report({
      stack: evil,
      snapshot: { version: 1, takenAt: now, repositories: [structuredClone(repository)] as never },
      policies: {
        stack: "other",
        rules: [{ pack: evil, rule: evil, passed: 0, violations: [finding], unjudged: [finding] }],
      },
      cost: {
        ...inputs.cost,
        prices: { ...prices, currency: evil, region: evil, asOf: evil },
        now: {
          ...inputs.cost.now,
          measured: {
            ...inputs.cost.now.measured,
            blobMounting: [evil],
            unknown: [evil],
            publicRepositories: [{ name: evil, images: 1, bytes: 1 }],
          },
        },
        steadyState: { ...inputs.cost.steadyState, repositories: { [evil]: [stream as never] } },
      },
    });
    const hostile = reportPage(model);
    assert.equal(hostile.includes("<img"), false);
    assert.doesNotMatch(hostile, /onerror="/);
    assert.ok(hostile.split("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&#39;&amp;").length > 25);
  });

  it("lists no more images than the limit, and counts the rest", () => {
    const short = reportPage(report(), 5);
    assert.equal(short.match(/<code title="sha256:/g)?.length, 5 + 5 + 5 + 2);
    assert.match(textOf(short), /34 more are not listed here; the timeline counts them\./);
    assert.doesNotMatch(textOf(page), /not listed here/);
  });

  it("handles no repositories, and an empty repository", () => {
    const { snapshot } = reportInputs();
    assert.match(
      textOf(reportPage(report({ snapshot: { ...snapshot, repositories: [] } }))),
      /Repositories 1 1 public Images 12/,
    );
    const [first] = snapshot.repositories;
    assert.ok(first);
    const empty = { ...snapshot, repositories: [{ ...first, images: [], deployed: [] }] };
    assert.match(
      textOf(reportPage(report({ snapshot: empty, stack: undefined }))),
      /Amazon ECR report Repositories .*No images yet\./,
    );
  });

  it("has unique ids, and references only to existing ones", () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    assert.equal(new Set(ids).size, ids.length);
    const references = [...page.matchAll(/\s(?:href="#|aria-labelledby=")([^"]+)"/g)];
    assert.ok(references.length > 20, String(references.length));
    for (const [, list = ""] of references) {
      for (const id of list.split(" ")) assert.ok(ids.includes(id), id);
    }
  });
});
