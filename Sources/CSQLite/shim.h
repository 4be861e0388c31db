/* SQLite, and typed doors to what Swift cannot say. */
#include <sqlite3.h>

/* SQLITE_TRANSIENT is a cast, which Swift does not import: SQLite copies what is bound. */
static inline int purgehub_bind_text(sqlite3_stmt *statement, int index, const char *text, int length) {
  return sqlite3_bind_text(statement, index, text, length, SQLITE_TRANSIENT);
}
static inline int purgehub_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int length) {
  if (length == 0) return sqlite3_bind_zeroblob(statement, index, 0);
  return sqlite3_bind_blob(statement, index, bytes, length, SQLITE_TRANSIENT);
}

/* Variadic in SQLite. */
static inline int purgehub_stop_counting_memory(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
