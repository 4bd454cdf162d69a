"""A server in Twisted for the protocol of "A notification client in Twisted", written from that text alone.

    /usr/bin/python3 howto_server.py [--announces] [--flaw FLAW ...]

Prints the port it took, then what is said on every connection: "1 C: notif", "1 S: OK", "1 idle", "1 lost". Told on
its standard input what becomes available: "random 34", "ad Nice appart in the 11e.", and what else a test wants done:
"say TEXT" (to everybody; "\\n" in it is a line end), "hold" (answer nothing until "release"), "drop" (every connection),
"later 20" (it is twenty seconds later: the time of the idle limit does not pass by itself).

The text leaves open what is announced when the mode is entered. Here nothing is, unless --announces is given: then
every source with something unread is.
"""
import argparse
import sys

from twisted.internet import reactor, stdio, task
from twisted.internet.protocol import Factory
from twisted.protocols import basic, policies

FLAWS = {
    "stop_closes": "stop_notif outside the mode: the original crashed, and the connection closed",
    "silent": "an unknown command gets no answer",
    "leaks_timer": "a second notif starts a second idle timer, that nothing cancels",
    "early": "a notification is sent ahead of the OK of notif",
    "twice": "every answer is given twice",
}

# Seconds without a command after which notification mode ends.
IDLE = 30


class Session(basic.LineReceiver, policies.TimeoutMixin):
    notifying = False

    def callLater(self, seconds, call):
        return self.factory.clock.callLater(seconds, call)

    def connectionMade(self):
        self.transport.setTcpNoDelay(True)
        self.number = self.factory.opened(self)
        self.unread = list(self.factory.ads)

    def connectionLost(self, reason):
        self.setTimeout(None)
        self.factory.sessions.discard(self)
        self.log("lost")

    def lineReceived(self, line):
        self.log("C: " + line.decode())
        if self.factory.held is not None:
            self.factory.held.append((self, line))
        else:
            self.obey(line)

    def obey(self, line):
        self.resetTimeout()
        command = self.commands.get(line)
        if command is not None:
            command(self)
        elif not self.flawed("silent"):
            self.answer("error: unknown command")

    def random(self):
        self.answer(self.factory.number)

    def classified(self):
        self.answer(self.unread.pop(0) if self.unread else "")

    def notif(self):
        if self.flawed("early"):
            self.say("notif: random")
        if self.notifying and self.flawed("leaks_timer"):
            self.callLater(IDLE, self.timeoutConnection)
        self.notifying = True
        self.setTimeout(IDLE)
        self.answer("OK")
        if self.factory.announces and self.unread:
            self.say("notif: classified")

    def stop_notif(self):
        if not self.notifying and self.flawed("stop_closes"):
            return self.transport.abortConnection()
        self.notifying = False
        self.setTimeout(None)
        self.answer("OK")

    def timeoutConnection(self):
        self.notifying = False
        self.log("idle")

    def available(self, source):
        if self.notifying:
            self.say("notif: " + source)

    def answer(self, text):
        for _ in range(2 if self.flawed("twice") else 1):
            self.say(text)

    def say(self, text):
        self.log("S: " + text)
        self.transport.write(text.replace("\\n", "\r\n").encode() + b"\r\n")

    def log(self, text):
        print(self.number, text, flush=True)

    def flawed(self, flaw):
        return flaw in self.factory.flaws

    commands = {b"random?": random, b"classified?": classified, b"notif": notif, b"stop_notif": stop_notif}


class Server(Factory):
    protocol = Session
    noisy = False

    def __init__(self, options):
        self.announces, self.flaws = options.announces, options.flaw
        self.clock = task.Clock()
        self.number, self.ads, self.sessions, self.count, self.held = "4", [], set(), 0, None

    def opened(self, session):
        self.sessions.add(session)
        self.count += 1
        return self.count

    def everybody(self, call):
        for session in list(self.sessions):
            call(session)

    def random(self, number):
        self.number = number
        self.everybody(lambda session: session.available("random"))

    def ad(self, text):
        self.ads = (self.ads + [text])[-100:]
        self.everybody(lambda session: session.unread.append(text))
        self.everybody(lambda session: session.available("classified"))

    def say(self, text):
        self.everybody(lambda session: session.say(text))

    def hold(self, _):
        self.held = []
        print(0, "hold", flush=True)

    def release(self, _):
        held, self.held = self.held, None
        for session, line in held:
            session.obey(line)

    def drop(self, _):
        self.everybody(lambda session: session.transport.abortConnection())

    def later(self, seconds):
        self.clock.advance(float(seconds))
        print(0, "later", flush=True)


class Control(basic.LineReceiver):
    """What the test says on standard input, a word and its argument."""

    delimiter = b"\n"

    def __init__(self, server):
        self.server = server

    def lineReceived(self, line):
        word, _, argument = line.decode().partition(" ")
        getattr(self.server, word)(argument)

    def connectionLost(self, reason):
        if reactor.running:
            reactor.stop()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--announces", action="store_true")
    parser.add_argument("--flaw", action="append", default=[], choices=sorted(FLAWS))
    server = Server(parser.parse_args())
    port = reactor.listenTCP(0, server, interface="127.0.0.1")
    print(port.getHost().port, flush=True)
    stdio.StandardIO(Control(server))
    reactor.run()


if __name__ == "__main__":
    main()
