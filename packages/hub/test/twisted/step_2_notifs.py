"""Notification mode and reception of two notifications."""

from command_client import CommandClient, run, say
from twisted.internet import defer


class Client(CommandClient):
    @defer.inlineCallbacks
    def connectionMade(self):
        say((yield self.random()))
        say((yield self.random()))
        say((yield self.notify()))
        say("a notif: %r" % (yield self.waitNotif()))
        say("a second notif: %r" % (yield self.waitNotif()))
        say((yield self.stopNotify()))
        self.transport.loseConnection()


run(Client)
