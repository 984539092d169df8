"""Runs MiniStack so that acknowledged changes survive a kill.

MiniStack itself writes its state only on a clean shutdown, and loses it after kill -9. Here each service's state is
written before the last byte of a response that may have changed it, if it has changed. Names starting with an underscore
are internals of the version that sandbox/services/ministack.ts installs.
"""

import hashlib
import json
import os
import sys

import ministack.app as ministack
from ministack.core import iam_evaluator, persistence
from ministack.services import cognito, ecs, sts
from ministackDoor import behind_door, check_root_signatures, publish_on_loopback
from webIdentityClaims import compare_claims_of_github

# Read-only operations of the JSON protocol. After others the state is compared: that costs a millisecond and no write.
READING = ("Describe", "Get", "List", "BatchGet")

answer = ministack.app
written = {}


def save():
    """Writes the services whose state has changed since it was last written."""
    for name, get_state in ministack._build_persistence_save_dict().items():
        try:
            state = get_state()
            if state is None:
                continue
            text = json.dumps(state, default=persistence._json_default)
        except Exception as error:  # the response must not fail: a clean shutdown tries again
            ministack.logger.error("state of %s was not saved: %s", name, error)
            continue
        digest = hashlib.sha256(text.encode()).digest()
        if written.get(name) != digest:
            persistence.save_state(name, state)
            written[name] = digest


def may_change(scope):
    if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
        return False
    target = dict(scope["headers"]).get(b"x-amz-target", b"").decode("latin-1")
    return not target.rpartition(".")[2].startswith(READING)


async def app(scope, receive, send):
    if not may_change(scope):
        await answer(scope, receive, send)
        return

    async def send_saved(message):
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            save()
        await send(message)

    await answer(scope, receive, send_saved)


def has_load_balancer(host):
    return ministack._get_module("alb").find_lb_for_host(host) is not None


check_root_signatures(iam_evaluator)
compare_claims_of_github(sts, cognito._decode_id_token_unverified)
publish_on_loopback(ecs)
# Removed from the environment, which functions run by MiniStack inherit.
ministack.app = behind_door(app, os.environ.pop("SANDBOX_MINISTACK_SECRET"), has_load_balancer)

if __name__ == "__main__":
    sys.exit(ministack.main())
