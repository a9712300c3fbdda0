/* SPDX-License-Identifier: Apache-2.0 */
/* Files that look like plugins and are not fit to be any; each -D names one way. */
#include "provider.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#if defined(SOCKET)
__attribute__((constructor)) static void reach_out(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) write(descriptor, "out", 3);
}
#elif defined(LOOP)
__attribute__((constructor)) static void stay(void) {
    for (volatile int number = 0;; number++) {
    }
}
#elif defined(SEGFAULT)
__attribute__((constructor)) static void fall(void) { *(volatile char *)8 = 1; }
#endif

#if defined(ABI2)
FILMGATE_EXPORT int32_t filmgate_describe_2(const filmgate_host *host, filmgate_out *out) {
    (void)host, (void)out;
    return 0;
}
#else
FILMGATE_EXPORT int32_t filmgate_describe_1(const filmgate_host *host, filmgate_out *out) {
    (void)host;
    const char *text = "{\"manifest\": 1";
    return out->write(out, text, strlen(text));
}
#endif
