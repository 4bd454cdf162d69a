"""The client can send a command and get a response."""

from command_client import CommandClient, run, say
from twisted.internet import defer


class Client(CommandClient):
    @defer.inlineCallbacks
    def connectionMade(self):
        say((yield self.random()))
        say((yield self.classified()))
        self.transport.loseConnection()


run(Client)
