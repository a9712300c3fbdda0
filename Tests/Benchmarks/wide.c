/* SPDX-License-Identifier: Apache-2.0 */
/* A provider whose only model takes one large image: it measures how inputs are streamed. Any answer ends the job. */
#include "provider.h"
#include <string.h>

static const char manifest[] =
    "{\"manifest\": 1, \"id\": \"wide\", \"version\": \"1.0.0\", \"operations\": ["
    "{\"name\": \"create\", \"symbol\": \"filmgate_wide_create\", \"parameters\": [\"request\", \"out\"]},"
    "{\"name\": \"poll\", \"symbol\": \"filmgate_wide_resume\", \"parameters\": [\"task\", \"out\"]},"
    "{\"name\": \"resume\", \"symbol\": \"filmgate_wide_resume\", \"parameters\": [\"head\", \"out\"]}],"
    "\"profiles\": [{\"id\": \"official\", \"base_url\": \"\", \"authentication\": ["
    "{\"scheme\": \"bearer\", \"secrets\": [{\"name\": \"api_key\"}]}]}],"
    "\"models\": [{\"id\": \"wide\", \"fields\": {\"prompt\": {\"type\": \"text\"}},"
    "\"inputs\": [{\"kind\": \"image\", \"role\": \"first_frame\", \"maximum\": 1, \"maximum_bytes\": 67108864}]}]}";
static const char step[] =
    "{\"http\": {\"method\": \"POST\", \"path\": \"/create\", \"retry\": \"never\", \"body\": {\"media_type\":"
    "\"application/json\", \"segments\": [{\"text\": \"{\\\"image\\\":\\\"\"}, {\"asset\": \"a1\", \"encoding\":"
    "\"base64\"}, {\"text\": \"\\\"}\"}]}}, \"ledger\": [{\"field\": \"prompt\", \"outcome\": \"unsupported\"},"
    "{\"field\": \"inputs[0]\", \"outcome\": \"sent\", \"to\": \"image\"}]}";
static const char failure[] = "{\"fail\": {\"kind\": \"invalid\", \"message\": \"measured\"}}";

static int32_t put(filmgate_out *out, const char *text) { return out->write(out, text, strlen(text)); }

int32_t filmgate_describe_1(const filmgate_host *host, filmgate_out *out) {
    (void)host;
    return put(out, manifest);
}

/* Own names: the manifest declares fewer parameters than the usual prototypes have. */
FILMGATE_EXPORT int32_t filmgate_wide_create(const char *request, uint64_t length, filmgate_out *out) {
    (void)request, (void)length;
    return put(out, step);
}
FILMGATE_EXPORT int32_t filmgate_wide_resume(const char *head, uint64_t length, filmgate_out *out) {
    (void)head, (void)length;
    return put(out, failure);
}
