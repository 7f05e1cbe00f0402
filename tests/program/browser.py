# SPDX-License-Identifier: MIT
"""Headless Chromium, which is told over a pipe what to do (the DevTools protocol, without a socket)."""
import base64
import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAMS = ["chromium", "chromium-browser", "google-chrome"]


def find():
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


class Browser:
    """One page. `errors` collects what a console would show as wrong."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        command_read, self.command_write = os.pipe()
        self.answer_read, answer_write = os.pipe()

        def connect():  # the browser reads commands from 3 and writes answers to 4
            low, high = os.dup(command_read), os.dup(answer_write)
            os.dup2(low, 3)
            os.dup2(high, 4)

        self.process = subprocess.Popen(
            [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--no-first-run", "--remote-debugging-pipe", f"--user-data-dir={self.folder.name}",
             "about:blank"],
            preexec_fn=connect, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(command_read)
        os.close(answer_write)
        self.buffer, self.count, self.events, self.errors, self.session = b"", 0, [], [], None
        target = next(info for info in self.call("Target.getTargets")["targetInfos"]
                      if info["type"] == "page")
        self.session = self.call("Target.attachToTarget", targetId=target["targetId"],
                                 flatten=True)["sessionId"]
        for domain in "Page", "Runtime", "Log", "Network":
            self.call(f"{domain}.enable")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.command_write)  # this ends the browser
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.answer_read)
        self.folder.cleanup()

    def _receive(self):
        while b"\0" not in self.buffer:
            part = os.read(self.answer_read, 1 << 20)
            if not part:
                raise EOFError("the browser ended")
            self.buffer += part
        message, _, self.buffer = self.buffer.partition(b"\0")
        message = json.loads(message)
        method, details = message.get("method"), message.get("params", {})
        self.events.append(method)
        if method == "Runtime.exceptionThrown":
            self.errors.append(details["exceptionDetails"]["text"])
        elif method == "Runtime.consoleAPICalled" and details["type"] in ("error", "warning", "assert"):
            self.errors.append(str(details["args"]))
        elif method == "Log.entryAdded" and details["entry"]["level"] in ("error", "warning"):
            self.errors.append(details["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            url = details["request"]["url"]
            if not url.startswith(("file:", "data:", "about:")):
                self.errors.append(f"asks the network for {url}")
        return message

    def call(self, method, **parameters):
        self.count += 1
        command = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            command["sessionId"] = self.session
        os.write(self.command_write, json.dumps(command).encode() + b"\0")
        while True:
            message = self._receive()
            if message.get("id") == self.count:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']}")
                return message["result"]

    def evaluate(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["text"])
        return result["result"].get("value")

    def size(self, width, height, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=scale, mobile=width < 600)

    def open(self, path, wait="new Promise(done => requestAnimationFrame(() => setTimeout(done)))"):
        """Opens a page and returns the seconds until it has been painted."""
        self.events = []
        start = time.monotonic()
        self.call("Page.navigate", url=Path(path).resolve().as_uri())
        while "Page.loadEventFired" not in self.events:
            self._receive()
        if wait:
            self.evaluate(wait)
        return time.monotonic() - start

    def screenshot(self, path, **clip):
        options = {"clip": {**clip, "scale": 1}, "captureBeyondViewport": True} if clip else {}
        data = self.call("Page.captureScreenshot", format="png", **options)["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def print(self, path):
        data = self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"]
        Path(path).write_bytes(base64.b64decode(data))
