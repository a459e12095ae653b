"""Lets schemathesis try the REST API of a demo of its own against /openapi.json.

It reads the description, sends what it allows and what it forbids, and fails on any answer of the 500s and on
any answer that the description does not tell. Ends with `N passed, N failed` (operations).

TOWNHALL_BIN  the binary under test (default: target/debug/townhall of this checkout)
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).parent
BINARY = os.environ.get("TOWNHALL_BIN") or str(HERE / "../../target/debug/townhall")
# Making the demo month takes a while in a build that is not optimised.
READY_SECONDS = 600
# The same requests in every run, so that a failure can be looked at again.
SEED = "20250701"
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
# Who tries: one who keeps people, accounts and calendar, one who works on dossiers. Either alone is stopped at the
# door of half of the operations.
TRIERS = (("administrator", None), ("centre_director", "24682"))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start(data):
    """Starts the demo and returns it with its address, once it says that it is ready."""
    listen = f"127.0.0.1:{free_port()}"
    demo = subprocess.Popen(
        [BINARY, "demo", "--data", data, "--listen", listen],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    heard, ready = [], threading.Event()

    def hear():
        for line in demo.stdout:
            heard.append(line)
            if line.startswith("ready http"):
                ready.set()
        ready.set()

    threading.Thread(target=hear, daemon=True).start()
    ready.wait(READY_SECONDS)
    address = re.search(r"^ready (http://\S+)$", "".join(heard), re.MULTILINE)
    if not address:
        demo.kill()
        sys.exit(f"{BINARY} demo did not become ready:\n{''.join(heard)[-4000:]}")
    return demo, address[1], heard


def try_api(url, token, report):
    program = str(pathlib.Path(sys.executable).with_name("st"))
    command = [
        program, "--config-file", str(HERE / "schemathesis.toml"), "run", f"{url}/openapi.json",
        "--url", url, "--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--seed", SEED,
        "--continue-on-failure", "--report", "junit", "--report-junit-path", str(report),
    ]
    return subprocess.run(command, cwd=report.parent, stdin=subprocess.DEVNULL, check=False).returncode


def main():
    data = tempfile.mkdtemp(prefix="townhall-api-")
    reports, code = [], 0
    demo, url, heard = start(data)
    try:
        accounts = json.loads((pathlib.Path(data) / "demo-accounts.json").read_text(encoding="utf-8"))
        for role, unit in TRIERS:
            mine = (a for a in accounts if a["role"] == role and unit in (None, a["unit"]))
            reports.append(pathlib.Path(data) / f"{role}.xml")
            code = try_api(url, next(mine)["token"], reports[-1]) or code
        alive = demo.poll() is None
    finally:
        demo.terminate()
        try:
            demo.wait(15)
        except subprocess.TimeoutExpired:
            demo.kill()
    there = [report for report in reports if report.exists()]
    cases = [case for report in there for case in xml.etree.ElementTree.parse(report).iter("testcase")]
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    shutil.rmtree(data, ignore_errors=True)
    if not alive:
        print("the server ended while it was tried; its last words:\n" + "".join(heard)[-4000:])
        failed = max(failed, 1)
    print(f"\n{len(cases) - failed} passed, {failed} failed")
    sys.exit(1 if code or failed or not cases else 0)


if __name__ == "__main__":
    main()
