"""Servers to measure and what they are measured with; for the scripts beside it. Needs wrk and nginx."""

import glob
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

CONFIGURATION = """
daemon off; master_process off; worker_processes 1; worker_rlimit_nofile 8192;
pid %(folder)s/%(port)d.pid; error_log %(folder)s/%(port)d.log crit;
events { worker_connections 4096; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; default_type text/plain;
  client_body_temp_path %(folder)s/b; proxy_temp_path %(folder)s/p; fastcgi_temp_path %(folder)s/f;
  uwsgi_temp_path %(folder)s/u; scgi_temp_path %(folder)s/s;
  upstream back { server 127.0.0.1:%(back)d; keepalive 256; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:%(port)d backlog=1024;
    location = /ready { return 200; }
    %(locations)s
  }
}
"""
PROXY = 'proxy_pass http://back; proxy_http_version 1.1; proxy_set_header Connection "";'


class Server:
    def __init__(self, name, process, port):
        self.name, self.process, self.port = name, process, port

    def cpu_nanoseconds(self):
        return cpu_nanoseconds(self.process.pid)

    def memory_megabytes(self, key):
        with open("/proc/%d/status" % self.process.pid) as file:
            return int(re.search(key + r":\s+(\d+)", file.read()).group(1)) / 1024


def cpu_nanoseconds(pid):
    total = 0
    for path in glob.glob("/proc/%d/task/*/schedstat" % pid):
        with open(path) as file:
            total += int(file.read().split()[0])
    return total


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def start_nginx(name, folder, locations, back=1):
    """An nginx of one process that answers what `locations` says; `back` is the port behind its upstream."""
    port = free_port()
    path = os.path.join(folder, "%d.conf" % port)
    with open(path, "w") as configuration:
        configuration.write(CONFIGURATION % dict(folder=folder, port=port, locations=locations, back=back))
    process = subprocess.Popen([NGINX, "-c", path, "-p", folder], stderr=subprocess.DEVNULL)
    for _ in range(100):
        try:
            urllib.request.urlopen("http://127.0.0.1:%d/ready" % port).read()
            return Server(name, process, port)
        except OSError:
            time.sleep(0.05)
    sys.exit("nginx does not answer")


def microseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}[unit]


def load(server, path, connections, seconds, script=None):
    """One run of wrk: rate a second, the server's processor time a request and latencies, all in microseconds."""
    before = server.cpu_nanoseconds()
    out = subprocess.run(
        ["wrk", "-t1", "-c%d" % connections, "-d%ds" % seconds, "--latency", "--timeout", "60s"]
        + (["-s", script] if script else []) + ["http://127.0.0.1:%d%s" % (server.port, path)],
        capture_output=True, text=True, check=True).stdout
    used = server.cpu_nanoseconds() - before
    count = int(re.search(r"(\d+) requests in", out).group(1))
    if "Non-2xx" in out or "Socket errors" in out or count == 0:
        sys.exit("%s %s: %s" % (server.name, path, out))
    return {
        "rate": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
        "cpu": used / count / 1e3,
        "p50": microseconds(re.search(r"\n\s+50%\s+(\S+)", out).group(1)),
        "p99": microseconds(re.search(r"\n\s+99%\s+(\S+)", out).group(1)),
    }


def compare(runs, rounds, show):
    """Medians of interleaved rounds. `runs` is a list of (server, path, connections, seconds, script)."""
    samples = {run[0].name: [] for run in runs}
    for _ in range(rounds):
        for run in runs:
            samples[run[0].name].append(load(*run))
    medians = {
        name: {key: statistics.median(sample[key] for sample in taken) for key in taken[0]}
        for name, taken in samples.items()}
    for server, _, connections, *_ in runs:
        show(server.name, connections, medians[server.name])
    return medians


def show_small(name, connections, figures):
    print("  %-18s c=%-4d %6.1f us processor  %8.0f/s  p50 %7.0f us  p99 %7.0f us" % (
        name, connections, figures["cpu"], figures["rate"], figures["p50"], figures["p99"]), flush=True)


def show_file(name, connections, figures, file_bytes):
    print("  %-18s c=%-4d %6.1f ms processor  %8.0f MB/s  p50 %7.1f ms  p99 %7.1f ms" % (
        name, connections, figures["cpu"] / 1e3, figures["rate"] * file_bytes / 1e6, figures["p50"] / 1e3,
        figures["p99"] / 1e3), flush=True)


def write_clip(path, size):
    """A file that has the outline of an MP4: its boxes end where they say."""
    with open(path, "wb") as file:
        file.write(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\0\0\0\x08moov")
        file.write((size - file.tell()).to_bytes(4, "big") + b"mdat")
        while file.tell() < size:
            file.write(os.urandom(min(1 << 20, size - file.tell())))
