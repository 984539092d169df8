"""MiniStack's door: who may speak to it, and what nobody may ask.

MiniStack takes whoever reaches its port for a friend: its administration, and everything unsigned that a service of AWS
would refuse, such as a list of buckets. The gateway decides who is let in (sandbox/gateway/strangers.ts); here only
requests that carry the gateway's secret are heard.
"""

import hmac
import json

# sandbox/gateway/config.ts has the same name.
SECRET_HEADER = b"x-sandbox-gateway"

# Resets everything, changes the configuration, shows the messages of every queue; without a signature.
ADMINISTRATION = ("/_ministack", "/_localstack")


def behind_door(answer, secret, has_load_balancer):
    """An ASGI application that lets only the gateway through to `answer`.

    has_load_balancer: whether a host name is that of a load balancer, which answers without a signature.
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
        # A load balancer hands headers on to its containers: they are not to know the secret.
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
    """Has MiniStack check the signatures of the sandbox's own key and of accounts' numbers too.

    It takes everything that names such a key for their root's, whatever the signature; the secret of all of them is
    AWS_SECRET_ACCESS_KEY. Here no key is above the check: what follows it knows roots by `is_root_access_key`.
    """
    evaluator._is_root_key = lambda access_key_id: False


def publish_on_loopback(ecs):
    """Has the ports of ECS' containers published on the loopback address, as everything of the sandbox is."""
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
