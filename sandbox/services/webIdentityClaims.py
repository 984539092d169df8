"""The claims of a web identity token that AWS STS uses.

MiniStack reads the claims that all providers have. For GitHub's tokens STS also reads these, for conditions in trust
policies (IAM user guide, "Available keys for AWS OIDC federation", since February 2026).
"""

GITHUB = "token.actions.githubusercontent.com"
GITHUB_CLAIMS = (
    "actor",
    "actor_id",
    "enterprise_id",
    "environment",
    "job_workflow_ref",
    "ref",
    "repository",
    "repository_id",
    "workflow",
)


def compare_claims_of_github(sts, decode):
    """Makes GitHub's own claims available to conditions in MiniStack's STS."""
    principal_of = sts._web_identity_principal

    def with_claims(token, provider_id, role_arn):
        principal, keys = principal_of(token, provider_id, role_arn)
        if principal.endswith(f":oidc-provider/{GITHUB}"):
            claims = decode(token)
            keys = {**keys, **{f"{GITHUB}:{name}": claims[name] for name in GITHUB_CLAIMS if name in claims}}
        return principal, keys

    sts._web_identity_principal = with_claims
