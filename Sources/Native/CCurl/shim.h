#pragma once
#include <curl/curl.h>

// curl_easy_setopt and curl_easy_getinfo are variadic and checked by macros: one shim for each kind of argument.
static inline CURLcode nestor_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode nestor_curl_set_size(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode nestor_curl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode nestor_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode nestor_curl_set_callback(CURL *handle, CURLoption option, curl_write_callback value) {
    return curl_easy_setopt(handle, option, value);
}
static inline CURLcode nestor_curl_set_seek(CURL *handle, curl_seek_callback value, void *context) {
    CURLcode result = curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, value);
    return result == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_SEEKDATA, context) : result;
}
static inline long nestor_curl_long(CURL *handle, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(handle, info, &value);
    return value;
}
/// How long the server asks to be left alone, in seconds, whether it said so by a number or by a date; 0 where it did not.
static inline curl_off_t nestor_curl_retry_after(CURL *handle) {
    curl_off_t value = 0;
    curl_easy_getinfo(handle, CURLINFO_RETRY_AFTER, &value);
    return value;
}
/// A finished transfer, its result in `result`; NULL when there is none. The message's union does not import well.
static inline CURL *nestor_curl_finished(CURLM *multi, CURLcode *result) {
    int left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)))
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    return NULL;
}
