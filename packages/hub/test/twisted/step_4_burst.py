"""A crazy client: several commands in a burst, in one write, without waiting; then the rest in single bytes."""

from command_client import CommandClient, run, say
from twisted.internet import reactor


class Client(CommandClient):
    def connectionMade(self):
        self.transport.setTcpNoDelay(True)
        self.transport.write(b"classified?\r\nrandom?\r\nclassified?\r\nnotif\r\nstop_notif\r\nclassified?\r\n")
        self.drip(b"classified?\nnonsense\r\nclassified?\r\nquit\r\n")

    def drip(self, rest):
        if rest:
            self.transport.write(rest[:1])
            reactor.callLater(0, self.drip, rest[1:])

    def lineReceived(self, line):
        say(line.decode())


run(Client)
