"""The user is given items, and never learns that there is a mode."""

from command_client import run, say
from dispatch_client import HigherLevelClient


class Printer(HigherLevelClient):
    def randomReceived(self, number):
        say("number:", number)

    def classifiedReceived(self, ad):
        say("ad:", ad)


run(Printer)
