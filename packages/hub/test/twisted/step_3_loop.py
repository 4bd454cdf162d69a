"""The client loops and ends the notification mode to get the available new item."""

from command_client import CommandClient, run, say
from twisted.internet import defer


class Client(CommandClient):
    @defer.inlineCallbacks
    def connectionMade(self):
        # The number that a new session finds unread would be announced too.
        yield self.random()
        while True:
            assert (yield self.notify()) == "OK"
            say("waiting")
            assert (yield self.waitNotif()) == "notif: classified"
            assert (yield self.stopNotify()) == "OK"
            say("ad:", (yield self.classified()))


run(Client)
