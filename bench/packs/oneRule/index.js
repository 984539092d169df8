const { PolicyPack } = require("@pulumi/policy");

new PolicyPack("one-rule", {
  policies: [
    {
      name: "nothing",
      description: "Finds nothing, in any resource.",
      enforcementLevel: "mandatory",
      validateResource: () => {},
    },
  ],
});
