"""An S3-compatible store for tests: moto keeps the objects, botocore (Amazon's own library) checks the signatures.

usage: s3-server.py BUCKET REGION ACCESS_KEY SECRET_KEY [--checksums] [--page N] [--old]
                    [--tls CERTIFICATE KEY]

It listens on a free port of 127.0.0.1, has made the bucket, and prints `ready PORT`. moto itself takes any signature;
this file refuses a wrong one before moto sees it. --checksums: it checks x-amz-checksum-sha256 and repeats it in its
answer, as large stores do; without it, it knows nothing of checksums, as older ones. --page N: no page of a list is
longer. --old: everything looks two days old. A request with the header `x-test-operator` comes from the test itself and needs no signature.
"""

import argparse
import base64
import datetime
import hashlib
import io
import logging
import urllib.parse

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.s3.models import FakeKey
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import Client

options = argparse.ArgumentParser()
options.add_argument("bucket")
options.add_argument("region")
options.add_argument("access_key")
options.add_argument("secret_key")
options.add_argument("--checksums", action="store_true")
options.add_argument("--page", type=int)
options.add_argument("--old", action="store_true")
options.add_argument("--tls", nargs=2)
args = options.parse_args()

CHECKSUM = "x-amz-checksum-sha256"
moto = DomainDispatcherApplication(create_backend_app)
if args.old:
    ago = datetime.timedelta(days=2)
    FakeKey.last_modified_ISO8601 = property(lambda key: f"{key.last_modified - ago:%Y-%m-%dT%H:%M:%S.000Z}")


def header(environ, name):
    if name == "host":
        return environ["HTTP_HOST"]
    return environ.get("HTTP_" + name.upper().replace("-", "_"))


def refusal(environ):
    """Why the request is refused: status and S3's word for it."""
    query = dict(urllib.parse.parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
    if "X-Amz-Signature" not in query:
        return "403 Forbidden", "AccessDenied"
    credential, _, scope = query["X-Amz-Credential"].partition("/")
    if credential != args.access_key:
        return "403 Forbidden", "InvalidAccessKeyId"
    date = query["X-Amz-Date"]
    begun = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    age = (datetime.datetime.now(datetime.timezone.utc) - begun).total_seconds()
    if not -900 < age < int(query["X-Amz-Expires"]):
        return "403 Forbidden", "AccessDenied"
    raw = "&".join(part for part in environ["QUERY_STRING"].split("&") if not part.startswith("X-Amz-Signature="))
    url = f"http://{environ['HTTP_HOST']}{environ['RAW_PATH']}?{raw}"
    headers = {name: header(environ, name) for name in query["X-Amz-SignedHeaders"].split(";")}
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=url, headers=headers)
    request.context["timestamp"] = date
    auth = S3SigV4QueryAuth(Credentials(args.access_key, args.secret_key), "s3", args.region)
    if scope != auth.credential_scope(request):
        return "400 Bad Request", "AuthorizationQueryParametersError"
    wanted = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    if wanted != query["X-Amz-Signature"]:
        return "403 Forbidden", "SignatureDoesNotMatch"
    return None


def say_no(start, status, code):
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code></Error>'.encode()
    start(status, [("Content-Type", "application/xml"), ("Content-Length", str(len(body)))])
    return [body]


def serve(environ, start):
    environ["RAW_PATH"] = environ["REQUEST_URI"].partition("?")[0]
    if header(environ, "x-test-operator") is None:
        refused = refusal(environ)
        if refused:
            return say_no(start, *refused)
    else:
        # moto takes any signature, but wants one.
        scope = f"{args.access_key}/20260101/{args.region}/s3/aws4_request"
        environ["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    said = header(environ, CHECKSUM) if args.checksums else None
    if said:
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        if base64.b64encode(hashlib.sha256(body).digest()).decode() != said:
            return say_no(start, "400 Bad Request", "BadDigest")
        environ["wsgi.input"] = io.BytesIO(body)
    if args.page and header(environ, "x-test-operator") is None:
        parts = urllib.parse.parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)
        short = [(name, str(min(int(value), args.page)) if name == "max-keys" else value) for name, value in parts]
        environ["QUERY_STRING"] = urllib.parse.urlencode(short, quote_via=urllib.parse.quote)

    def answer(status, headers, *rest):
        if said and status.startswith("200"):
            headers = [*headers, (CHECKSUM, said)]
        return start(status, headers, *rest)

    return moto(environ, answer)


class Handler(WSGIRequestHandler):
    # Connections are kept, as by stores in real life.
    protocol_version = "HTTP/1.1"


logging.getLogger("werkzeug").setLevel(logging.ERROR)
body = "" if args.region == "us-east-1" else f"<CreateBucketConfiguration><LocationConstraint>{args.region}</LocationConstraint></CreateBucketConfiguration>"
made = Client(moto).put(f"/{args.bucket}", base_url="http://127.0.0.1", data=body)
assert made.status_code == 200, made.text
tls = tuple(args.tls) if args.tls else None
server = make_server("127.0.0.1", 0, serve, threaded=True, request_handler=Handler, ssl_context=tls)
print("ready", server.server_port, flush=True)
server.serve_forever()
