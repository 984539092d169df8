"""Access control for MiniStack: who may call it, and what is blocked for everyone.

MiniStack trusts everyone who can reach its port: it allows its administration, and unsigned requests that AWS would
refuse, such as listing buckets. The gateway decides whom to serve (sandbox/gateway/wire/foreignRequests.ts); this accepts only
requests with the gateway's secret.
"""

import hmac
import json

# The same name is in sandbox/gateway/config.ts.
SECRET_HEADER = b"x-sandbox-gateway"

# Resets everything, changes the configuration, and shows every queue's messages, without a signature.
ADMINISTRATION = ("/_ministack", "/_localstack")


def behind_door(answer, secret, has_load_balancer):
    """An ASGI application that forwards only the gateway's requests to `answer`.

    has_load_balancer: whether a host name belongs to a load balancer, which needs no signature.
    """
    expected = secret.encode()

    async def app(scope, receive, send):
        if scope["type"] == "lifespan":
            await answer(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        given = [value for name, value in scope["headers"] if name == SECRET_HEADER]
        if len(given) != 1 or not hmac.compare_digest(given[0], expected):
            await refuse(send, "MiniStack answers the sandbox's gateway only.")
            return
        # A load balancer passes headers on to its containers, which must not see the secret.
        headers = [header for header in scope["headers"] if header[0] != SECRET_HEADER]
        if scope["path"].startswith(ADMINISTRATION):
            await refuse(send, "MiniStack's administration is closed.")
            return
        host = dict(headers).get(b"host", b"").decode("latin-1")
        if is_load_balancer_name(host) and not has_load_balancer(host):
            await refuse(send, "There is no load balancer of that name.")
            return
        await answer({**scope, "headers": headers}, receive, send)

    return app


def check_root_signatures(evaluator):
    """Makes MiniStack also verify signatures by the sandbox's own key and by account IDs.

    By default it accepts every request with such a key as the root user's, whatever the signature; the secret of all of
    them is AWS_SECRET_ACCESS_KEY. Here no key skips the check: later steps recognize root users by `is_root_access_key`.
    """
    evaluator._is_root_key = lambda access_key_id: False


def publish_on_loopback(ecs):
    """Publishes the ports of ECS containers on the loopback address, like everything else in the sandbox."""
    build = ecs._build_run_kwargs

    def build_on_loopback(*args, **kwargs):
        run = build(*args, **kwargs)
        if run.get("ports"):
            run["ports"] = {port: ("127.0.0.1", host_port or None) for port, host_port in run["ports"].items()}
        return run

    ecs._build_run_kwargs = build_on_loopback


def is_load_balancer_name(host):
    name = host.rpartition(":")[0] if ":" in host else host
    return name.lower().endswith((".elb.amazonaws.com", ".alb.localhost"))


async def refuse(send, message):
    body = json.dumps({"__type": "AccessDeniedException", "message": message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": body})
