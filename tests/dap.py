"""A client of the debug adapter protocol, as far as a test needs one.

Messages are JSON, each behind a line Content-Length and an empty line; a request has a number, which its response
repeats, and what happens meanwhile comes as events.
"""
import json
import subprocess
import threading


class Client:
    """Starts an adapter and talks to it, for a minute at most."""

    def __init__(self, command, **how):
        self.adapter = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, **how)
        self.asked, self.responses, self.events = 0, {}, []
        self.timer = threading.Timer(60, self.adapter.kill)
        self.timer.start()

    def end(self):
        self.timer.cancel()
        self.adapter.kill()
        self.adapter.wait()
        self.adapter.stdin.close()
        self.adapter.stdout.close()

    def say(self, command, **arguments):
        """Send a request without waiting for its answer; its number."""
        self.asked += 1
        text = json.dumps({"seq": self.asked, "type": "request", "command": command, "arguments": arguments}).encode()
        self.adapter.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(text), text))
        self.adapter.stdin.flush()
        return self.asked

    def hear(self):
        """Read one message and keep it."""
        length = None
        for line in iter(self.adapter.stdout.readline, b"\r\n"):
            if not line:
                raise EOFError("the adapter has ended")
            name, _, number = line.partition(b":")
            if name == b"Content-Length":
                length = int(number)
        message = json.loads(self.adapter.stdout.read(length))
        if message["type"] == "response":
            self.responses[message["request_seq"]] = message
        else:
            self.events.append(message)

    def answer(self, number):
        """The body of a response, as soon as it is there."""
        while number not in self.responses:
            self.hear()
        message = self.responses.pop(number)
        if not message["success"]:
            raise RuntimeError("%s: %s" % (message["command"], message.get("message")))
        return message.get("body", {})

    def ask(self, command, **arguments):
        return self.answer(self.say(command, **arguments))

    def event(self, name):
        """The next event of a name; what has come before it is forgotten."""
        while True:
            while self.events:
                message = self.events.pop(0)
                if message["event"] == name:
                    return message.get("body", {})
            self.hear()
