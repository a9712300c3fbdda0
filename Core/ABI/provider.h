/* SPDX-License-Identifier: MIT */
/*
 * filmgate provider ABI, major 1.
 *
 * A provider plugin is a shared library `libfilmgate-<id>.so` that translates: documents in, documents out. It performs
 * no input or output, reads no clock, sees no secret, starts no thread. The host does all of that and calls the plugin
 * inside a jailed worker process, so a mistake here harms only this plugin.
 *
 * Scenarios
 *
 * I. A plugin is found. The host opens the file in a worker, calls filmgate_describe_1 and reads the manifest (JSON).
 *    The manifest lists every other operation: its symbol and, by role, its parameters. The host looks each symbol up
 *    and prepares the call. A symbol that is missing disables that operation, not the plugin.
 *
 * II. A video is asked for. The host checks the request against the limits in the manifest, calls `quote` for the
 *    price, then `create`. The answer is a step: usually one HTTP request described as data. The host signs it, sends
 *    it and hands the answer to `resume`, until a step says what became of the task.
 *
 * III. A task is watched. The host calls `poll` with the task and the state that the plugin returned last; again steps.
 *
 * IV. An old plugin on a new host. It does not declare the roles that came later and is not passed them.
 *
 * V. A new plugin on an old host. For a parameter whose role the host does not know, the host passes zero (a null
 *    pointer with length zero) if the plugin marked it optional; if it is required, that one operation is disabled and
 *    the host says which role it lacks.
 *
 * VI. A caller speaks this provider's own wire format. The host matches the route from the manifest's dialect, calls
 *    `decode` with the raw request, does the work, and calls `encode` to write the reply in the provider's shape.
 *
 * Rules for every function
 *
 * Memory. Inputs belong to the host and are valid until the call returns; they are not terminated by a zero byte.
 *   Outputs are pushed through out->write and copied at once. Neither side frees the other's memory.
 * Threads. One call at a time in a process, on any thread. No thread may be started.
 * Documents. Text parameters that carry documents are UTF-8 JSON, described in the manifest and document reference.
 * Failure. Return a status other than FILMGATE_OK after writing a Failure document; what was written before it in the
 *   same call must be that document alone. Nothing may unwind (throw, longjmp) across this boundary.
 * Time. filmgate_describe_1 within 100 ms; every other call within 2 s of wall clock and 256 MiB, or the worker ends.
 * Search path. --plugins DIR, then FILMGATE_PLUGIN_PATH, then $XDG_DATA_HOME/filmgate/plugins, then
 *   <prefix>/lib/filmgate/plugins, then the folder of the executable.
 */
#ifndef FILMGATE_PROVIDER_H
#define FILMGATE_PROVIDER_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__clang__)
#define FILMGATE_NONNULL _Nonnull
#define FILMGATE_NULLABLE _Nullable
#else
#define FILMGATE_NONNULL
#define FILMGATE_NULLABLE
#endif

#if defined(_WIN32)
#define FILMGATE_EXPORT __declspec(dllexport)
#else
#define FILMGATE_EXPORT __attribute__((visibility("default")))
#endif

#define FILMGATE_ABI_MAJOR 1
#define FILMGATE_ABI_MINOR 0

/* What a call returns. The list is closed: any other value counts as FILMGATE_INTERNAL. */
typedef enum filmgate_status {
    FILMGATE_OK = 0,
    FILMGATE_INVALID = 1,      /* the request breaks a limit; the Failure names the field */
    FILMGATE_UNSUPPORTED = 2,  /* a well-formed request for something this provider cannot do */
    FILMGATE_AUTH = 3,         /* credentials missing, wrong or expired */
    FILMGATE_BALANCE = 4,      /* no money, quota or package left */
    FILMGATE_RATE_LIMITED = 5, /* too fast or too many at once; try later */
    FILMGATE_REFUSED = 6,      /* content policy */
    FILMGATE_UPSTREAM = 7,     /* the vendor's own fault */
    FILMGATE_DRIFT = 8,        /* the vendor answered in a shape this plugin does not know */
    FILMGATE_NOT_FOUND = 9,
    FILMGATE_LIMIT = 10,       /* a limit of this boundary: output too large, too many steps */
    FILMGATE_INTERNAL = 11     /* a defect of the plugin */
} filmgate_status;

/* Where a call writes its document.
   write: required in every host. Appends `length` bytes; returns 0, or nonzero when the output limit (1 MiB) is
   reached, after which the plugin should return FILMGATE_LIMIT. Ownership: the bytes are copied before it returns.
   Thread: the calling one, during the call only. */
typedef struct filmgate_out filmgate_out;
struct filmgate_out {
    int32_t (*FILMGATE_NONNULL write)(filmgate_out *FILMGATE_NONNULL out, const void *FILMGATE_NULLABLE data,
                                      uint64_t length);
};

/* Services of the host, by name and revision ("log/1").
   lookup: returns null when the host lacks the service. The table it returns lives as long as the process. */
typedef struct filmgate_host filmgate_host;
struct filmgate_host {
    const void *FILMGATE_NULLABLE (*FILMGATE_NONNULL lookup)(const filmgate_host *FILMGATE_NONNULL host,
                                                             const char *FILMGATE_NONNULL name);
};

/* Service "log/1". level: 0 debug, 1 information, 2 warning, 3 error. The text is copied; it goes to the host's log
   under the plugin's name. Thread: the calling one, during a call only. */
typedef struct filmgate_log_1 {
    void (*FILMGATE_NONNULL write)(int32_t level, const char *FILMGATE_NULLABLE text, uint64_t length);
} filmgate_log_1;

/* Writes the manifest.
   Required: yes; the only symbol with a fixed name, which carries the ABI major. Thread: any; may be called more than
   once and must answer alike. Ownership: `host` stays valid for the life of the process. Failure: any status but OK
   quarantines the file. */
FILMGATE_EXPORT int32_t filmgate_describe_1(const filmgate_host *FILMGATE_NONNULL host,
                                            filmgate_out *FILMGATE_NONNULL out);

/* The prototypes below are those of the core operations with the usual parameters. A plugin may declare others in its
   manifest; these exist so that a compiler can check the common case. All are optional save create and poll. */

/* One HTTP request of a caller in this provider's own wire format -> intent document.
   Failure: a Failure document that `encode` can later render. */
FILMGATE_EXPORT int32_t filmgate_decode(const char *FILMGATE_NULLABLE route, uint64_t route_length,
                                        const char *FILMGATE_NULLABLE head, uint64_t head_length,
                                        const void *FILMGATE_NULLABLE body, uint64_t body_length,
                                        filmgate_out *FILMGATE_NONNULL out);

/* Outcome document -> HTTP reply document in this provider's own wire format. Must answer for every Failure kind. */
FILMGATE_EXPORT int32_t filmgate_encode(const char *FILMGATE_NULLABLE route, uint64_t route_length,
                                        const char *FILMGATE_NULLABLE outcome, uint64_t outcome_length,
                                        filmgate_out *FILMGATE_NONNULL out);

/* Request and price table -> quote document. Failure: none expected; unknown prices are a quote without amounts. */
FILMGATE_EXPORT int32_t filmgate_quote(const char *FILMGATE_NULLABLE request, uint64_t request_length,
                                       const char *FILMGATE_NULLABLE prices, uint64_t prices_length,
                                       filmgate_out *FILMGATE_NONNULL out);

/* Request -> step that submits it. Required. Called again only for a task that was surely not submitted. */
FILMGATE_EXPORT int32_t filmgate_create(const char *FILMGATE_NULLABLE request, uint64_t request_length,
                                        const char *FILMGATE_NULLABLE connection, uint64_t connection_length,
                                        int64_t now_ms, filmgate_out *FILMGATE_NONNULL out);

/* Task and state -> step that looks at it. Required. Where the manifest has `lookup`, also of a task without an
   `upstream_id`, whose purchase was never answered: then by what `create` sent along. */
FILMGATE_EXPORT int32_t filmgate_poll(const char *FILMGATE_NULLABLE task, uint64_t task_length,
                                      const char *FILMGATE_NULLABLE state, uint64_t state_length,
                                      const char *FILMGATE_NULLABLE connection, uint64_t connection_length,
                                      int64_t now_ms, filmgate_out *FILMGATE_NONNULL out);

/* Task and state -> step that cancels it; FILMGATE_UNSUPPORTED where the vendor cannot. */
FILMGATE_EXPORT int32_t filmgate_cancel(const char *FILMGATE_NULLABLE task, uint64_t task_length,
                                        const char *FILMGATE_NULLABLE state, uint64_t state_length,
                                        const char *FILMGATE_NULLABLE connection, uint64_t connection_length,
                                        int64_t now_ms, filmgate_out *FILMGATE_NONNULL out);

/* The vendor's answer to the last http step -> next step. `head` names the operation that asked, so one function
   serves all. Required with any operation that returns http steps. */
FILMGATE_EXPORT int32_t filmgate_resume(const char *FILMGATE_NULLABLE state, uint64_t state_length,
                                        const char *FILMGATE_NULLABLE head, uint64_t head_length,
                                        const void *FILMGATE_NULLABLE body, uint64_t body_length, int64_t now_ms,
                                        filmgate_out *FILMGATE_NONNULL out);

/* A callback of the vendor -> step; only ever a hint to look sooner. */
FILMGATE_EXPORT int32_t filmgate_callback(const char *FILMGATE_NULLABLE head, uint64_t head_length,
                                          const void *FILMGATE_NULLABLE body, uint64_t body_length,
                                          const char *FILMGATE_NULLABLE task, uint64_t task_length,
                                          filmgate_out *FILMGATE_NONNULL out);

#ifdef __cplusplus
}
#endif

#endif
