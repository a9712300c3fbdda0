/* SPDX-License-Identifier: Apache-2.0 */
/* libcurl's types. The module does not link libcurl: loading it costs 5 ms, which `filmgate --version` should not pay.
   Network opens it with dlopen on first use and passes the functions it found to these shims, which exist because
   curl_easy_setopt and curl_easy_getinfo are variadic and Swift cannot call variadic C functions.
   Ownership: nothing is allocated here; `function` must be the named libcurl function. Thread: that of the handle. */
#ifndef FILMGATE_CCURL_SHIM_H
#define FILMGATE_CCURL_SHIM_H
#define CURL_DISABLE_TYPECHECK 1
#include <curl/curl.h>
typedef CURLcode (*filmgate_curl_setopt_function)(CURL *, CURLoption, ...);
typedef CURLMcode (*filmgate_curl_multi_setopt_function)(CURLM *, CURLMoption, ...);
typedef CURLcode (*filmgate_curl_getinfo_function)(CURL *, CURLINFO, ...);
typedef size_t (*filmgate_curl_data_function)(char *, size_t, size_t, void *);
typedef int (*filmgate_curl_socket_function)(CURL *, curl_socket_t, int, void *, void *);
typedef int (*filmgate_curl_timer_function)(CURLM *, long, void *);
static inline CURLcode filmgate_curl_set_long(void *function, CURL *h, CURLoption o, long v) { return ((filmgate_curl_setopt_function)function)(h, o, v); }
static inline CURLcode filmgate_curl_set_offset(void *function, CURL *h, CURLoption o, curl_off_t v) { return ((filmgate_curl_setopt_function)function)(h, o, v); }
static inline CURLcode filmgate_curl_set_string(void *function, CURL *h, CURLoption o, const char *v) { return ((filmgate_curl_setopt_function)function)(h, o, v); }
static inline CURLcode filmgate_curl_set_pointer(void *function, CURL *h, CURLoption o, void *v) { return ((filmgate_curl_setopt_function)function)(h, o, v); }
static inline CURLcode filmgate_curl_set_data(void *function, CURL *h, CURLoption o, filmgate_curl_data_function f) { return ((filmgate_curl_setopt_function)function)(h, o, f); }
static inline CURLMcode filmgate_curl_multi_set_long(void *function, CURLM *h, CURLMoption o, long v) { return ((filmgate_curl_multi_setopt_function)function)(h, o, v); }
static inline CURLMcode filmgate_curl_multi_set_pointer(void *function, CURLM *h, CURLMoption o, void *v) { return ((filmgate_curl_multi_setopt_function)function)(h, o, v); }
static inline CURLMcode filmgate_curl_multi_set_socket(void *function, CURLM *h, filmgate_curl_socket_function f) { return ((filmgate_curl_multi_setopt_function)function)(h, CURLMOPT_SOCKETFUNCTION, f); }
static inline CURLMcode filmgate_curl_multi_set_timer(void *function, CURLM *h, filmgate_curl_timer_function f) { return ((filmgate_curl_multi_setopt_function)function)(h, CURLMOPT_TIMERFUNCTION, f); }
static inline CURLcode filmgate_curl_get_long(void *function, CURL *h, CURLINFO i, long *v) { return ((filmgate_curl_getinfo_function)function)(h, i, v); }
static inline CURLcode filmgate_curl_get_string(void *function, CURL *h, CURLINFO i, char *_Nullable *_Nonnull v) { return ((filmgate_curl_getinfo_function)function)(h, i, v); }
static inline CURLcode filmgate_curl_get_pointer(void *function, CURL *h, CURLINFO i, void *_Nullable *_Nonnull v) { return ((filmgate_curl_getinfo_function)function)(h, i, v); }
#endif
