/* Typed doors to libcurl's variadic functions, which Swift cannot call. */
#include <curl/curl.h>

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

static inline CURLcode hub_set_number(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode hub_set_pointer(CURL *easy, CURLoption option, const void *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode hub_set_body(CURL *easy, const void *bytes, curl_off_t count) {
  curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, count);
  return curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

static inline CURLcode hub_on_data(
    CURL *easy, CURLoption option, size_t (*call)(char *, size_t, size_t, void *)) {
  return curl_easy_setopt(easy, option, call);
}

static inline CURLcode hub_on_resolve(
    CURL *easy, int (*call)(void *resolver, void *reserved, void *context), void *context) {
  curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, context);
  return curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, call);
}

static inline CURLcode hub_on_open(
    CURL *easy, curl_opensocket_callback call, void *context) {
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
  return curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, call);
}

static inline CURLcode hub_on_close(
    CURL *easy, curl_closesocket_callback call, void *context) {
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, context);
  return curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, call);
}

static inline long hub_number(CURL *easy, CURLINFO info) {
  long value = 0;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

static inline curl_off_t hub_time(CURL *easy, CURLINFO info) {
  curl_off_t value = 0;
  curl_easy_getinfo(easy, info, &value);
  return value;
}

static inline void *hub_private(CURL *easy) {
  char *value = NULL;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &value);
  return value;
}

static inline CURLMcode hub_multi_set(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode hub_multi_on_socket(
    CURLM *multi, curl_socket_callback call, void *context) {
  curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, context);
  return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, call);
}

static inline CURLMcode hub_multi_on_timer(
    CURLM *multi, curl_multi_timer_callback call, void *context) {
  curl_multi_setopt(multi, CURLMOPT_TIMERDATA, context);
  return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, call);
}

/* The result of a CURLMSG_DONE, out of its union. */
static inline CURLcode hub_result(const CURLMsg *message) { return message->data.result; }

/* Where the address lies that libcurl is about to connect to; it is longer than the field. */
static inline const struct sockaddr *hub_address(const struct curl_sockaddr *address) {
  return &address->addr;
}

static inline CURLcode hub_on_progress(
    CURL *easy, curl_xferinfo_callback call, void *context) {
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, context);
  return curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, call);
}
