"""The stopwatch from Python: builds client.cpp once and drives one process a connection."""
import os
import subprocess

import numpy

from server import pg_config

HERE = os.path.dirname(os.path.abspath(__file__))


def build_client(directory):
    """Compiles client.cpp into `directory` unless it is there and newer; the path of the program."""
    source = os.path.join(HERE, "client.cpp")
    program = os.path.join(directory, "client")
    if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
        compiler = [os.environ.get("CXX", "g++"), "-std=gnu++20", "-O3", "-march=native", "-Wall", "-Wextra"]
        subprocess.run([*compiler, "-I" + pg_config("includedir"), "-L" + pg_config("libdir"), source,
                        "-o", program, "-lpq"], check=True)
    return program


class ClientError(Exception):
    """The server's or the client's message."""


class Client:
    """One connection of the stopwatch."""

    def __init__(self, program, conninfo, scratch):
        """`scratch` is a directory for the files that queries and results pass through."""
        self.process = subprocess.Popen([program, conninfo], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True, bufsize=1)
        self.files = os.path.join(scratch, f"client-{self.process.pid}")
        self.count = 0
        self.backend = int(self._command("pid"))
        self.cpu_us = 0.0  # the backend's processor time for each execution of the last run() or repeat()

    def close(self):
        """Ends the connection and the process."""
        self.process.stdin.close()
        self.process.wait()
        for suffix in (".queries", ".results"):
            if os.path.exists(self.files + suffix):
                os.remove(self.files + suffix)

    def sql(self, *statements):
        """Runs statements, one after the other."""
        for statement in statements:
            self._command("sql " + statement)

    def queries(self, vectors):
        """Sets the query vectors: n x d float32."""
        vectors = numpy.ascontiguousarray(vectors, dtype=numpy.float32)
        vectors.tofile(self.files + ".queries")
        self._command(f"queries {vectors.shape[1]} {self.files}.queries")
        self.count = len(vectors)

    def prepare(self, statement):
        """Prepares the statement that run() and repeat() execute."""
        self._command("prepare " + statement)

    def run(self, k):
        """Executes once a query: latencies (microseconds, n), first column of the first k rows (n x k)."""
        self._timed(f"run {k} {self.files}.results", self.count)
        with open(self.files + ".results", "rb") as file:
            latency = numpy.fromfile(file, dtype=numpy.float64, count=self.count)
            ids = numpy.fromfile(file, dtype=numpy.int64)
        return latency, ids.reshape(self.count, k)

    def repeat(self, n):
        """Executes a statement without parameter n times: latencies in microseconds."""
        self._timed(f"repeat {n} {self.files}.results", n)
        return numpy.fromfile(self.files + ".results", dtype=numpy.float64)

    def spin_begin(self, seconds):
        """Begins to execute, one query after the other, for so many seconds; spin_end() must follow."""
        self._send(f"spin {seconds} {self.files}.results")

    def spin_end(self):
        """Waits for the end: latencies in microseconds."""
        self._receive()
        return numpy.fromfile(self.files + ".results", dtype=numpy.float64)

    def stream(self, megabytes):
        """The machine's streaming read speed of one thread, bytes a second."""
        return float(self._command(f"stream {megabytes}")) * 1e9

    def _timed(self, line, executions):
        before = self._backend_ns()
        self._command(line)
        self.cpu_us = (self._backend_ns() - before) / 1000 / executions

    def _backend_ns(self):
        with open(f"/proc/{self.backend}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0])

    def _command(self, line):
        self._send(line)
        return self._receive()

    def _send(self, line):
        self.process.stdin.write(line.replace("\n", " ") + "\n")

    def _receive(self):
        answer = self.process.stdout.readline().rstrip("\n")
        if not answer.startswith("ok"):
            raise ClientError(answer or "the client has died")
        return answer[3:]
