"""Notifications reach a handler for their source; the mode is still the user's affair."""

from command_client import run, say
from dispatch_client import Client
from twisted.internet import defer


class Listener(Client):
    @defer.inlineCallbacks
    def connectionMade(self):
        say((yield self.notify()))

    @defer.inlineCallbacks
    def randomAvailable(self):
        yield self.stopNotify()
        say("number:", (yield self.random()))
        yield self.notify()
        say("listening")

    def classifiedAvailable(self):
        say("an ad is there")


run(Listener)
