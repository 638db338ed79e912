"""What goes wrong on demand.

A fault is a dict, over HTTP a JSON object. `do` says what happens, `times` how often (once if it is not said).
Faults of requests, for the operation `on` (all operations if it is not said):

    throttle    ThrottlingException, "Rate exceeded"
    limit       TooManyRequestsException with the reason CONCURRENT_QUERY_LIMIT_EXCEEDED
    break       InternalServerException, HTTP 500
    deny        AccessDeniedException
    drop        the connection is closed, and nothing was done
    lose        it is done, and the connection is closed without an answer
    slow        the answer takes `seconds` longer

Faults of queries whose text has `text` in it; the place of a CREATE TABLE AS gets as many files as `leaves` says:

    fail        a system error; `retryable` (true), `reason` and `type` (200) may be said
    exhaust     "Query exhausted resources at this scale factor"; `retryable` (false) and `type` (0) may be said
    hold        it stays RUNNING until it is released or stopped, or for `seconds`, and then goes on

`{"do": "release", "text": ...}` releases what is held whose text has that in it, and forgets those holds.
"""

import threading

REQUEST_FAULTS = ["throttle", "limit", "break", "deny", "drop", "lose", "slow"]
QUERY_FAULTS = ["fail", "exhaust", "hold"]
KEYS = ["do", "times", "on", "text", "seconds", "leaves", "retryable", "reason", "type"]


class Faults:
    """The faults to come, in their order."""

    def __init__(self, faults=()):
        self.lock = threading.Lock()
        self.waiting = []
        self.held = []
        for fault in faults:
            self.add(fault)

    def add(self, fault):
        unknown = set(fault) - set(KEYS)
        if unknown or fault.get("do") not in [*REQUEST_FAULTS, *QUERY_FAULTS, "release"]:
            raise ValueError(f"not a fault: {fault}")
        if fault["do"] in QUERY_FAULTS and "text" not in fault:
            raise ValueError(f"a fault of a query needs a text: {fault}")
        if fault["do"] == "release":
            self.release(fault.get("text", ""))
            return
        with self.lock:
            self.waiting.append({"times": 1} | fault)

    def release(self, text=""):
        with self.lock:
            self.waiting = [fault for fault in self.waiting if fault["do"] != "hold" or text not in fault["text"]]
            for query, released in self.held:
                if text in query:
                    released.set()

    def clear(self):
        with self.lock:
            self.waiting = []
        self.release()

    def of_request(self, operation):
        """How much longer a request takes, and the fault that it meets, or None."""
        is_meant = lambda fault: fault["do"] in REQUEST_FAULTS and fault.get("on", operation) == operation
        slow = self.take(lambda fault: is_meant(fault) and fault["do"] == "slow")
        return (slow or {}).get("seconds", 0), self.take(lambda fault: is_meant(fault) and fault["do"] != "slow")

    def of_query(self, text):
        return self.take(lambda fault: fault["do"] in QUERY_FAULTS and fault["text"] in text)

    def take(self, is_meant):
        with self.lock:
            fault = next(filter(is_meant, self.waiting), None)
            if fault:
                fault["times"] -= 1
                self.waiting = [one for one in self.waiting if one["times"] > 0]
            return fault

    def hold(self, query, stopped, seconds=None):
        """Waits until a query is released or stopped, or for some seconds."""
        released = threading.Event()
        with self.lock:
            self.held.append((query, released))
        waited = 0
        while not (released.is_set() or stopped.is_set() or (seconds is not None and waited >= seconds)):
            released.wait(0.05)
            waited += 0.05
