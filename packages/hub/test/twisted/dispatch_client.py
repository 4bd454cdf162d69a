"""The client of the how-to, steps 5 to 7: answers go to commands, notifications to a handler for each source."""

from command_client import Busy, CommandClient, say
from twisted.internet import defer
from twisted.protocols import policies


class Client(CommandClient):
    def connectionMade(self):
        return self.notify()

    def lineReceived(self, line):
        if not line.startswith(b"notif:"):
            return CommandClient.lineReceived(self, line)
        handler = getattr(self, line[len(b"notif: ") :].decode() + "Available", None)
        if handler is not None:
            handler()


class HigherLevelClient(Client):
    """Gives items. A notification that comes while the mode is switched is left alone: entering it again repeats it."""

    def randomAvailable(self):
        self.fetch(self.random, self.randomReceived)

    def classifiedAvailable(self):
        self.fetch(self.classified, self.classifiedReceived)

    def randomReceived(self, number):
        pass

    def classifiedReceived(self, ad):
        pass

    def fetch(self, command, received):
        self.switch(command, received).addErrback(lambda failure: failure.trap(Busy))

    @defer.inlineCallbacks
    def switch(self, command, received):
        yield self.stopNotify()
        received((yield command()))
        yield self.notify()


class TimerClient(HigherLevelClient, policies.TimeoutMixin):
    """Leaves notification mode and enters it again before the server's own limit ends it."""

    rearmSeconds = 0.2

    def notify(self):
        self.setTimeout(self.rearmSeconds)
        return HigherLevelClient.notify(self)

    def stopNotify(self):
        self.setTimeout(None)
        return HigherLevelClient.stopNotify(self)

    @defer.inlineCallbacks
    def timeoutConnection(self):
        current, self.d = self.d, None
        yield self.stopNotify()
        yield self.notify()
        self.d = current
        say("re-entered")
