/* Typed doors to libcurl's variadic functions, which Swift cannot call. */
#include <curl/curl.h>
