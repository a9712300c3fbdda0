"""The task book: what has been created, and how far each task is.

States are the emulator's own five words plus `expired`; every vendor translates them. Time moves
tasks, not the number of queries: a task is queued for a while, runs for a while and ends. A *plan*
attached to a task changes its fate (fails, expires, never starts, …).
"""

import threading
from dataclasses import asdict, dataclass, field

QUEUED, RUNNING, SUCCEEDED, FAILED, CANCELLED, EXPIRED = (
    "queued", "running", "succeeded", "failed", "cancelled", "expired")
TERMINAL = {SUCCEEDED, FAILED, CANCELLED, EXPIRED}


@dataclass
class Task:
    id: str
    surface: str                    # which wire form owns it: ark, kling, jimeng, unified
    kind: str                       # kling kind, jimeng req_key, …; "" where the vendor has none
    account: str
    model: str
    request: dict                   # the body as received
    created: float
    clip: dict = field(default_factory=dict)      # what to render: width, height, frames, fps, audio
    facts: dict = field(default_factory=dict)     # what the vendor reports back (resolved values)
    plan: dict = field(default_factory=dict)
    external_id: str = ""
    callback_url: str = ""
    priority: int = 0
    expires_at: float = 0.0
    state: str = QUEUED
    error: dict = field(default_factory=dict)
    started: float = 0.0
    finished: float = 0.0
    updated: float = 0.0
    looks: int = 0
    seen: str = ""                  # the state that the last look was shown

    @property
    def terminal(self):
        return self.state in TERMINAL


class TaskBook:
    def __init__(self, clock, delay, on_change):
        self.lock = threading.RLock()
        self.clock = clock
        self.delay = delay            # () -> seconds from creation to result
        self.concurrency = lambda: None
        self.seen = lambda: False     # whether a task stays in a state until a look was shown it
        self.on_change = on_change
        self.tasks = {}
        self.created_total = 0
        self.dirty = False

    def add(self, task):
        with self.lock:
            task.updated = task.updated or task.created
            task.request = trimmed(task.request)
            self.tasks[task.id] = task
            self.created_total += 1
            self.dirty = True
        self.on_change(task, QUEUED)
        return task

    def find(self, surface, account, task_id, kind=None, external=False):
        self.tick()
        with self.lock:
            task = self.tasks.get(task_id)
            if task is None and external:
                task = next((t for t in self.tasks.values() if t.external_id == task_id
                             and t.surface == surface and t.account == account), None)
            if task is None or task.surface != surface or task.account != account:
                return None
            if kind is not None and task.kind != kind:
                return None
            return task

    def select(self, surface, account, kind=None):
        """Newest first, as the vendors' lists are."""
        self.tick()
        with self.lock:
            return [t for t in reversed(list(self.tasks.values())) if t.surface == surface
                    and t.account == account and (kind is None or t.kind == kind)]

    def live(self, surface, account, kind=None):
        return [t for t in self.select(surface, account, kind) if not t.terminal]

    def remove(self, task):
        with self.lock:
            self.tasks.pop(task.id, None)
            self.dirty = True

    def cancel(self, task):
        """True when the task was still queued and is now cancelled."""
        self.tick()
        with self.lock:
            if task.state != QUEUED:
                return False
            self._move(task, CANCELLED, self.clock())
        self.on_change(task, CANCELLED)
        return True

    def tick(self):
        """Moves every task to where the clock says it should be."""
        now, moved = self.clock(), []
        with self.lock:
            live = [t for t in self.tasks.values() if not t.terminal]
            running = {}
            for task in live:
                if task.state == RUNNING:
                    running[(task.account, task.model)] = running.get((task.account, task.model), 0) + 1
            limit = self.concurrency()
            for task in sorted(live, key=lambda t: (-t.priority, t.created)):
                if task.expires_at and now >= task.expires_at and not self._in_time(task, limit):
                    self._move(task, EXPIRED, task.expires_at)
                    moved.append((task, EXPIRED))
                    continue
                slot = (task.account, task.model)
                if task.state == QUEUED and self._may_start(task, now) and (
                        limit is None or running.get(slot, 0) < limit):
                    task.started = now if limit is not None else task.created + self._queue_time(task)
                    running[slot] = running.get(slot, 0) + 1
                    self._move(task, RUNNING, task.started)
                    moved.append((task, RUNNING))
                if task.state == RUNNING and task.plan.get("stuck") != RUNNING and self._was_seen(task):
                    end = task.started + self._run_time(task)
                    if now >= end:
                        self._move(task, self._fate(task), end)
                        moved.append((task, task.state))
        for task, state in moved:
            self.on_change(task, state)

    def _in_time(self, task, limit):
        """Whether the task ended before it could expire (the clock may have jumped over both)."""
        if task.plan.get("stuck") or task.state == QUEUED and limit is not None:
            return False
        start = task.started if task.state == RUNNING else task.created + self._queue_time(task)
        return start + self._run_time(task) <= task.expires_at

    def _may_start(self, task, now):
        stuck = task.plan.get("stuck")
        return stuck not in (True, QUEUED) and now >= task.created + self._queue_time(task) and self._was_seen(task)

    def _was_seen(self, task):
        return task.seen == task.state or not self.seen()

    def _queue_time(self, task):
        return float(task.plan.get("queue", task.plan.get("delay", self.delay()) * 0.3))

    def _run_time(self, task):
        return float(task.plan.get("run", task.plan.get("delay", self.delay()) * 0.7))

    def _fate(self, task):
        outcome = task.plan.get("outcome", "succeed")
        if outcome == "fail":
            task.error = {"code": task.plan.get("code", ""), "message": task.plan.get("message", "")}
            return FAILED
        return EXPIRED if outcome == "expire" else SUCCEEDED

    def _move(self, task, state, when):
        task.state = state
        task.updated = when
        if state in TERMINAL:
            task.finished = when
        self.dirty = True

    def dump(self):
        with self.lock:
            self.dirty = False
            return [asdict(task) for task in self.tasks.values()]

    def load(self, rows):
        with self.lock:
            for row in rows:
                self.tasks[row["id"]] = Task(**row)


def trimmed(value):
    """A body without the bulk of embedded files: it is kept for reading, the record has its hash."""
    if isinstance(value, dict):
        return {key: trimmed(item) for key, item in value.items()}
    if isinstance(value, list):
        return [trimmed(item) for item in value]
    if isinstance(value, str) and len(value) > 20000:
        return "%s… (%d characters)" % (value[:100], len(value))
    return value
