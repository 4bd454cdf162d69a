"""The client of the how-to, steps 1 to 4: one deferred at a time, which the next line fires, whatever it is."""

import sys

from twisted.internet import defer, protocol, reactor
from twisted.protocols import basic


class Busy(Exception):
    """A command was called while the answer to another is awaited: the how-to's "extreme" measure."""


class CommandClient(basic.LineReceiver):
    delimiter = b"\r\n"

    def __init__(self):
        self.d = None

    def command(self, line):
        if self.d is not None:
            raise Busy(line)
        self.d = defer.Deferred()
        self.sendLine(line.encode())
        return self.d

    def random(self):
        return self.command("random?")

    def classified(self):
        return self.command("classified?")

    def notify(self):
        return self.command("notif")

    def stopNotify(self):
        return self.command("stop_notif")

    def waitNotif(self):
        self.d = defer.Deferred()
        return self.d

    def lineReceived(self, line):
        d, self.d = self.d, None
        if d is None:
            say("ignored:", line.decode())
        else:
            d.callback(line.decode())


def say(*words):
    print(*words, flush=True)


def run(client):
    """Connects to the port that the command line names, and runs until the client hangs up."""

    class Factory(protocol.ClientFactory):
        protocol = client

        def clientConnectionFailed(self, connector, reason):
            say("failed:", reason.getErrorMessage())
            reactor.stop()

        def clientConnectionLost(self, connector, reason):
            reactor.stop()

    reactor.connectTCP("127.0.0.1", int(sys.argv[1]), Factory())
    reactor.run()
