"""Defeating the server's timer."""

from command_client import run, say
from dispatch_client import TimerClient


class Printer(TimerClient):
    def randomReceived(self, number):
        say("number:", number)


run(Printer)
