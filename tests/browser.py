"""A real browser without a window, driven through the pipe of its own debugging protocol.

    with Browser() as b:
        b.size(390, 844, touch=True)
        b.open(path)                        # waits until the page is loaded
        b.js("document.title")              # a value, or what a promise becomes
        b.key("/"), b.type("runq"), b.key("Enter"), b.tap(x, y), b.picture("shot.png")

It has no network, and a page that asks for something there makes the next call fail.
"""
import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

PROGRAM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
MISSING = "chromium is not installed; ./setup --browser installs it"
SECONDS = 30


class Browser:
    def __enter__(self):
        self.home = tempfile.mkdtemp(prefix="browser-")
        down, up = os.pipe(), os.pipe()

        def ends():     # the browser reads commands from 3 and writes answers to 4
            a, b = os.dup(down[0]), os.dup(up[1])
            os.dup2(a, 3)
            os.dup2(b, 4)
        self.process = subprocess.Popen(
            [PROGRAM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
             "--disable-extensions", "--user-data-dir=" + self.home, "--remote-debugging-pipe", "about:blank"],
            preexec_fn=ends, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(down[0])
        os.close(up[1])
        self.out, self.inn, self.rest, self.number, self.session, self.loads, self.outside = down[1], up[0], b"", 0, None, 0, []
        self.held = []
        target = self.send("Target.getTargets")["targetInfos"]
        page = next(t for t in target if t["type"] == "page")
        self.session = self.send("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        self.send("Page.enable")
        self.send("Network.enable")
        self.send("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
        return self

    def __exit__(self, kind=None, *_):
        try:
            if not kind:
                self.js("0")        # what was asked for meanwhile is told now
        finally:
            self.close()

    def close(self):
        self.session = None
        try:
            self.send("Browser.close")
        except EOFError:
            pass
        os.close(self.out)
        os.close(self.inn)
        try:
            self.process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.home, ignore_errors=True)

    def _read(self):
        os.set_blocking(self.inn, False)
        end = time.monotonic() + SECONDS
        while b"\0" not in self.rest:
            try:
                more = os.read(self.inn, 1 << 20)
                if not more:
                    raise EOFError("the browser went away")
                self.rest += more
            except BlockingIOError:
                if time.monotonic() > end:
                    raise EOFError("the browser said nothing for %d s" % SECONDS)
                time.sleep(0.002)
        line, self.rest = self.rest.split(b"\0", 1)
        return json.loads(line)

    def send(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError("%s: %s" % (method, answer["error"]["message"]))
                outside, self.outside = self.outside, []
                if outside:
                    raise AssertionError("a page asks the network for " + ", ".join(outside))
                return answer["result"]
            if answer.get("method") == "Fetch.requestPaused":
                self.held.append(answer["params"]["requestId"])
            if answer.get("method") == "Network.requestWillBeSent" and not re.match("(file|data|blob|about):", answer["params"]["request"]["url"]):
                self.outside.append(answer["params"]["request"]["url"])

    def size(self, width, height, touch=False, dark=False, media=""):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=touch)
        self.send("Emulation.setTouchEmulationEnabled", enabled=touch)
        self.send("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
                            {"name": "hover", "value": "none" if touch else "hover"},
                            {"name": "pointer", "value": "coarse" if touch else "fine"}])

    def open(self, path, anchor="", until="document.readyState === 'complete'"):
        self.loads += 1     # another ? makes a load of a change that concerns only the anchor
        self.send("Page.navigate", url="%s?%d%s" % (Path(path).resolve().as_uri(), self.loads, anchor))
        self.until("location.search === '?%d' && %s" % (self.loads, until))

    def hold(self, pattern):
        """what is loaded from such an address does not come until release()"""
        self.send("Fetch.enable", patterns=[{"urlPattern": pattern}])

    def release(self):
        held, self.held = self.held, []
        for request in held:
            try:
                self.send("Fetch.continueRequest", requestId=request)
            except RuntimeError as problem:
                if "Invalid InterceptionId" not in str(problem):    # the page has given that request up
                    raise
        self.send("Fetch.disable")

    def js(self, text):
        answer = self.send("Runtime.evaluate", expression=text, awaitPromise=True, returnByValue=True, userGesture=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(answer["exceptionDetails"].get("exception", {}).get("description", str(answer)))
        return answer["result"].get("value")

    def until(self, text):
        """wait until the expression is true, and give it back"""
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            value = self.js(text)
            if value not in (None, False, 0, ""):
                return value
            time.sleep(0.02)
        raise AssertionError("never became true: " + text)

    def key(self, key):
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        code = {"Enter": 13, "Escape": 27, "ArrowDown": 40, "ArrowUp": 38, "Tab": 9}.get(key, ord(key[0]))
        for kind in ("keyDown", "keyUp"):
            self.send("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **({"text": text} if text and kind == "keyDown" else {}))

    def type(self, text):
        self.send("Input.insertText", text=text)

    def tap(self, x, y):
        self.send("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
        self.send("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def picture(self, path, whole=False):
        shot = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        Path(path).write_bytes(base64.b64decode(shot["data"]))
