"""A mail server for tests: aiosmtpd receives, this file only says how it is to behave and keeps what came.

usage: mail-server.py DIR [--tls CERTIFICATE KEY] [--login USER PASSWORD]

It listens on a free port of 127.0.0.1 and prints `ready PORT`. Before each message it reads DIR/behave:
`fine` (or no file), a reply such as `451 busy`, or `silent`, which answers nothing for ten minutes.
What it took lies in DIR as 000001.json and so on.
"""

import argparse
import asyncio
import email
import email.policy
import json
import pathlib
import ssl

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

options = argparse.ArgumentParser()
options.add_argument("dir", type=pathlib.Path)
options.add_argument("--tls", nargs=2)
options.add_argument("--login", nargs=2)
args = options.parse_args()


class Handler:
    count = 0

    async def handle_DATA(self, server, session, envelope):
        switch = args.dir / "behave"
        how = switch.read_text().strip() if switch.exists() else "fine"
        if how == "silent":
            await asyncio.sleep(600)
        if how != "fine":
            return how
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.count += 1
        kept = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "headers": {name: str(value) for name, value in message.items()},
            "text": message.get_content(),
            "tls": session.ssl is not None,
            "user": session.auth_data.decode() if session.auth_data else None,
        }
        file = args.dir / f"{self.count:06}.json"
        fresh = file.with_suffix(".fresh")
        fresh.write_text(json.dumps(kept))
        fresh.rename(file)
        return "250 kept"


def authenticate(server, session, envelope, mechanism, auth_data):
    wanted = LoginPassword(args.login[0].encode(), args.login[1].encode()) if args.login else None
    if auth_data == wanted:
        return AuthResult(success=True, auth_data=auth_data.login)
    return AuthResult(success=False, handled=False)


async def main():
    context = None
    if args.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*args.tls)
    handler = Handler()

    def protocol():
        return SMTP(
            handler,
            tls_context=context,
            require_starttls=bool(args.tls),
            auth_required=bool(args.login),
            authenticator=authenticate if args.login else None,
            enable_SMTPUTF8=True,
        )

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
