"""A command that is called while another one's answer is awaited is an error of its own, and hurts nobody else."""

from command_client import Busy, CommandClient, run, say
from twisted.internet import defer


class Client(CommandClient):
    @defer.inlineCallbacks
    def connectionMade(self):
        first = self.random()
        try:
            yield self.classified()
        except Busy as refused:
            say("busy:", refused)
        say((yield first))
        say((yield self.classified()))
        self.transport.loseConnection()


run(Client)
