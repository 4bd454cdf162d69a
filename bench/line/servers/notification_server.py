"""A server in Twisted for the protocol of "A notification client in Twisted": python3 notification_server.py PORT ITEMS.

The text's four commands, with its idle timer for each session in notification mode, as it would be written by
somebody who follows it; and `post`, which makes ITEMS items available, so that there is something to fan out.
"""
import sys

from twisted.internet import reactor
from twisted.internet.protocol import Factory
from twisted.protocols import basic, policies

PORT, ITEMS = int(sys.argv[1]), int(sys.argv[2])
IDLE_SECONDS = 30 * 60


class Session(basic.LineReceiver, policies.TimeoutMixin):
    def connectionMade(self):
        self.transport.setTcpNoDelay(True)

    def lineReceived(self, line):
        self.resetTimeout()
        command = self.commands.get(line.split(b" ", 1)[0])
        if command is None:
            self.sendLine(b"error: unknown command")
        else:
            command(self)

    def random(self):
        self.sendLine(b"%d" % self.factory.newest)

    def classified(self):
        self.sendLine(b"")

    def notif(self):
        self.factory.notified.add(self)
        self.setTimeout(IDLE_SECONDS)
        self.sendLine(b"OK")

    def stop_notif(self):
        self.factory.notified.discard(self)
        self.setTimeout(None)
        self.sendLine(b"OK")

    def post(self):
        self.sendLine(b"OK")
        for _ in range(ITEMS):
            self.factory.available(b"random")

    def timeoutConnection(self):
        self.factory.notified.discard(self)

    def connectionLost(self, reason):
        self.factory.notified.discard(self)
        self.setTimeout(None)

    commands = {b"random?": random, b"classified?": classified, b"notif": notif, b"stop_notif": stop_notif, b"post": post}


class Sessions(Factory):
    protocol = Session
    noisy = False

    def __init__(self):
        self.newest = 456902234
        self.notified = set()

    def available(self, source):
        for session in self.notified:
            session.sendLine(b"notif: " + source)


reactor.listenTCP(PORT, Sessions(), backlog=4096, interface="127.0.0.1")
reactor.run()
