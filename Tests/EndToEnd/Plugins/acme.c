/* SPDX-License-Identifier: Apache-2.0 */
/* A whole provider in C, from the header alone: no library of Filmgate's, no JSON library. It trusts its inputs more
   than a real one should; the jail is there for that. */
#include "provider.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef MANIFEST_ID
#define MANIFEST_ID "acme"
#endif

static const char manifest[] =
    "{\"manifest\": 1, \"id\": \"" MANIFEST_ID "\", \"version\": \"0.1.0\", \"name\": \"Acme\","
    " \"summary\": \"a provider in C\", \"licence\": \"MIT\", \"abi\": {\"major\": 1, \"minor\": 0},"
    " \"operations\": ["
    "  {\"name\": \"create\", \"symbol\": \"filmgate_create\","
    "   \"parameters\": [\"request\", \"connection\", \"now_ms\", \"out\"]},"
    "  {\"name\": \"poll\", \"symbol\": \"filmgate_poll\","
    "   \"parameters\": [\"task\", \"state\", \"connection\", \"now_ms\", \"out\"]},"
    "  {\"name\": \"resume\", \"symbol\": \"filmgate_resume\","
    "   \"parameters\": [\"state\", \"head\", \"body\", \"now_ms\", \"out\"]}],"
    " \"profiles\": [{\"id\": \"official\", \"base_url\": \"https://api.acme.example\","
    "  \"authentication\": [{\"scheme\": \"bearer\","
    "   \"secrets\": [{\"name\": \"api_key\", \"environment\": [\"ACME_KEY\"]}]}]}],"
    " \"models\": [{\"id\": \"" MANIFEST_ID "-1\", \"name\": \"Acme One\","
    "  \"fields\": {\"prompt\": {\"type\": \"text\", \"required\": true},"
    "              \"duration_seconds\": {\"type\": \"integer\", \"minimum\": 1, \"maximum\": 9}},"
    "  \"inputs\": [{\"kind\": \"image\", \"role\": \"first_frame\", \"maximum\": 1}]}]}";

static void text(filmgate_out *out, const char *words) { out->write(out, words, strlen(words)); }

/* Bytes as they stand in a JSON string. */
static void escaped(filmgate_out *out, const char *bytes, uint64_t length) {
    char code[8];
    for (uint64_t index = 0; index < length; index++) {
        unsigned char byte = (unsigned char)bytes[index];
        if (byte == '"' || byte == '\\') out->write(out, "\\", 1);
        if (byte < 0x20) {
            snprintf(code, sizeof code, "\\u%04x", byte);
            text(out, code);
        } else {
            out->write(out, bytes + index, 1);
        }
    }
}

/* The text of a member, as it stands in the document; null where there is none. */
static const char *member(const char *document, uint64_t length, const char *name, uint64_t *count) {
    char key[64];
    int size = snprintf(key, sizeof key, "\"%s\":\"", name);
    const char *start = memmem(document, length, key, (size_t)size);
    if (!start) return NULL;
    start += size;
    const char *end = memchr(start, '"', (size_t)(document + length - start));
    *count = end ? (uint64_t)(end - start) : 0;
    return end ? start : NULL;
}

FILMGATE_EXPORT int32_t filmgate_describe_1(const filmgate_host *host, filmgate_out *out) {
    (void)host;
    return out->write(out, manifest, sizeof manifest - 1) == 0 ? FILMGATE_OK : FILMGATE_LIMIT;
}

FILMGATE_EXPORT int32_t filmgate_create(const char *request, uint64_t request_length, const char *connection,
                                        uint64_t connection_length, int64_t now_ms, filmgate_out *out) {
    (void)connection, (void)connection_length, (void)now_ms;
#ifdef CRASH
    *(volatile char *)8 = 1;
#endif
    text(out, "{\"http\": {\"method\": \"POST\", \"path\": \"/clips\", \"retry\": \"never\", \"body\": "
              "{\"media_type\": \"application/json\", \"segments\": [{\"text\": \"");
    escaped(out, request, request_length);
    text(out, "\"}]}}, \"state\": {\"version\": 1}, \"ledger\": [{\"field\": \"prompt\", \"outcome\": \"sent\"}");
    if (memmem(request, request_length, "\"duration_seconds\"", 18))
        text(out, ", {\"field\": \"duration_seconds\", \"outcome\": \"sent\"}");
    text(out, "]}");
    return FILMGATE_OK;
}

FILMGATE_EXPORT int32_t filmgate_poll(const char *task, uint64_t task_length, const char *state, uint64_t state_length,
                                      const char *connection, uint64_t connection_length, int64_t now_ms,
                                      filmgate_out *out) {
    (void)connection, (void)connection_length, (void)now_ms;
    uint64_t count = 0;
    const char *id = member(task, task_length, "upstream_id", &count);
    if (!id) return FILMGATE_INTERNAL;
    text(out, "{\"http\": {\"method\": \"GET\", \"path\": \"/clips/");
    out->write(out, id, count);
    text(out, "\", \"retry\": \"safe\"}, \"state\": ");
    out->write(out, state, state_length);
    text(out, "}");
    return FILMGATE_OK;
}

FILMGATE_EXPORT int32_t filmgate_resume(const char *state, uint64_t state_length, const char *head,
                                        uint64_t head_length, const void *body, uint64_t body_length, int64_t now_ms,
                                        filmgate_out *out) {
    (void)head, (void)head_length, (void)now_ms;
    uint64_t id_count = 0, url_count = 0;
    const char *id = member(body, body_length, "id", &id_count);
    const char *url = member(body, body_length, "url", &url_count);
    if (!id) {
        text(out, "{\"kind\": \"drift\", \"message\": \"The answer names no clip.\", \"charged\": \"unknown\"}");
        return FILMGATE_DRIFT;
    }
    text(out, "{\"update\": {\"phase\": \"");
    text(out, url ? "succeeded" : "running");
    text(out, "\", \"upstream_id\": \"");
    out->write(out, id, id_count);
    text(out, "\"");
    if (url) {
        text(out, ", \"outputs\": [{\"kind\": \"video\", \"url\": \"");
        out->write(out, url, url_count);
        text(out, "\"}]");
    }
    text(out, "}, \"state\": ");
    out->write(out, state, state_length);
    text(out, "}");
    return FILMGATE_OK;
}
