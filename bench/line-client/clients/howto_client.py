"""The client of "A notification client in Twisted", as its text has it: /usr/bin/python3 howto_client.py.

One deferred for the answer of each command, notifications told apart and given to a method, the switch of the mode
wrapped around a fetch. Does the jobs that come on standard input, as the other clients do.
"""
import json
import resource
import time

from twisted.internet import defer, reactor, stdio
from twisted.internet.protocol import ClientCreator
from twisted.protocols import basic


class Client(basic.LineReceiver):
    d = None

    def connectionMade(self):
        self.transport.setTcpNoDelay(True)

    def lineReceived(self, line):
        if line.startswith(b"notif: "):
            handler = getattr(self, line[len(b"notif: "):].decode() + "Available", None)
            if handler is not None:
                handler()
        elif self.d is not None:
            d, self.d = self.d, None
            d.callback(line)

    def command(self, line):
        if self.d is not None:
            raise Exception("a command waits for its answer")
        self.d = defer.Deferred()
        self.sendLine(line)
        return self.d

    @defer.inlineCallbacks
    def random(self):
        number = yield self.command(b"random?")
        return int(number)

    def classified(self):
        return self.command(b"classified?")

    def notify(self):
        return self.command(b"notif")

    def stopNotify(self):
        return self.command(b"stop_notif")


class Counting(Client):
    count = 0
    lost = False

    def connectionLost(self, reason):
        self.lost = True

    @defer.inlineCallbacks
    def requests(self):
        while not self.lost:
            if (yield self.random()) > 0:
                self.count += 1

    def items(self):
        return self.notify()

    @defer.inlineCallbacks
    def classifiedAvailable(self):
        yield self.stopNotify()
        if (yield self.classified()):
            self.count += 1
        yield self.notify()

    def notifications(self):
        return self.notify()

    def randomAvailable(self):
        self.count += 1


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Jobs(basic.LineReceiver):
    delimiter = b"\n"

    @defer.inlineCallbacks
    def lineReceived(self, line):
        job = json.loads(line)
        creator = ClientCreator(reactor, Counting)
        clients = []
        for _ in range(job["connections"]):
            clients.append((yield creator.connectTCP("127.0.0.1", job["port"])))
        for client in clients:
            getattr(client, job["figure"])()
        before, since, used = sum(client.count for client in clients), time.monotonic_ns(), cpu()
        done = defer.Deferred()
        reactor.callLater(job["ms"] / 1000, done.callback, None)
        yield done
        count = sum(client.count for client in clients) - before
        sample = {"count": count, "ns": time.monotonic_ns() - since, "cpuNs": int((cpu() - used) * 1e9)}
        for client in clients:
            client.transport.abortConnection()
        print(json.dumps(sample), flush=True)

    def connectionLost(self, reason):
        reactor.stop()


stdio.StandardIO(Jobs())
reactor.run()
