"""Requests at a fixed rate, whether or not earlier ones were answered.

Latency counts from the moment a request was due, so a server that stalls can't hide it by slowing its callers down
(the "coordinated omission" of closed-loop tools; Tene, 2013). Python is too slow for load but enough for 100 a second.
"""

import http.client
import queue
import threading
import time

from eseller.bench.wrk import Load


def steady(
    host: str, port: int, path: str, *, header: str, rate: int, seconds: int, connections: int = 16
) -> Load:
    """Send GETs at ``rate`` a second for ``seconds`` over kept-alive connections and return what was measured."""
    due: queue.SimpleQueue[float | None] = queue.SimpleQueue()
    latencies: list[float] = []
    errors: list[str] = []

    def work() -> None:
        connection = http.client.HTTPConnection(host, port, timeout=5)
        while (moment := due.get()) is not None:
            try:
                connection.request("GET", path, headers={"Host": header})
                answer = connection.getresponse()
                answer.read()
                if answer.status != 200:
                    errors.append(str(answer.status))
            except OSError as error:
                errors.append(repr(error))
                connection.close()
            latencies.append((time.perf_counter() - moment) * 1000)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    start = time.perf_counter()
    for number in range(rate * seconds):
        moment = start + number / rate
        time.sleep(max(0.0, moment - time.perf_counter()))
        due.put(moment)
    for _ in threads:
        due.put(None)
    for thread in threads:
        thread.join()
    latencies.sort()
    took = time.perf_counter() - start
    return Load(
        requests=len(latencies),
        seconds=round(took, 2),
        per_second=round(len(latencies) / took, 1),
        p50_ms=round(latencies[len(latencies) // 2], 2),
        p99_ms=round(latencies[int(len(latencies) * 0.99)], 2),
        errors=len(errors),
    )
